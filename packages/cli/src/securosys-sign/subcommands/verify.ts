import { invalidArgument } from '@securosys/core';
import { type CosignImageReport, evaluateImage, type ImageReport } from '@securosys/sign';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { openCosignTrust, openNotationTrust, trustOptions, wantsCosign } from '../open/open-trust.js';
import { selectionOf, selectionOptions } from '../open/selection.js';
import { cosignReportJson, notationReportJson } from '../output/report-json.js';
import { cosignReportLines, notationReportLines } from '../output/report-lines.js';
import { verifyFile } from './verify-file.js';

async function verifyImages(context: CommandContext): Promise<Exit> {
  const { output, clock, signal, words } = context;
  const cosign = await wantsCosign(context);
  const oci = await openOci(context);
  const common = { oci, clock, signal, ...selectionOf(context) };
  let exit: Exit = 'ok';
  try {
    const trust = cosign ? await openCosignTrust(context) : await openNotationTrust(context);
    for (const reference of words.arguments) {
      let report: ImageReport | CosignImageReport;
      if (trust.kind === 'cosign') {
        const found = await evaluateImage(reference, { ...common, trust });
        output.result(cosignReportJson(found), cosignReportLines(reference, found));
        report = found;
      } else {
        const found = await evaluateImage(reference, { ...common, trust });
        output.result(notationReportJson(found), notationReportLines(reference, found));
        report = found;
      }
      // What a policy skips was not looked at: that is no yes.
      if (report.verdict !== 'trusted') exit = 'refused';
    }
  } finally {
    await oci.close();
  }
  return exit;
}

/** `verify`. */
export const command: Command = {
  describe:
    'Says whether images are trusted by the signatures that they have, and by which digest to run them. A file is verified with --file and its signature.',
  arguments: [{ name: 'image', describe: 'registry.example/app:1.4, or oci:<folder>:<tag>', many: true, optional: true }],
  options: [
    ...trustOptions,
    ...selectionOptions,
    { name: 'file', value: 'path', describe: 'verify this file instead' },
    { name: 'signature', value: 'path', describe: 'its signature: .jws.sig, .cose.sig, or of cosign' },
    { name: 'bundle', value: 'path', describe: 'its sigstore bundle' },
    { name: 'policy-name', value: 'name', describe: 'statement of the blob policy; default: the global one' },
    ...registryOptions,
  ],
  examples: [
    'securosys-sign verify registry.example/app:1.4',
    'securosys-sign verify --ca root.pem oci:./app:1.4',
    'securosys-sign verify --cosign-key release.pub registry.example/app:1.4',
  ],
  run: async (context) => {
    const { words } = context;
    const file = words.text('file');
    if (file === undefined) {
      if (words.arguments.length === 0) invalidArgument('verify: name an image, or a file with --file');
      return verifyImages(context);
    }
    if (words.arguments.length > 0) invalidArgument('verify: images, or --file');
    return verifyFile(context, file);
  },
};
