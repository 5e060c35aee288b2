import { createReadStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import { signBlob } from '@securosys/sign';
import { writeOwnFile } from '../../files/write-file.js';
import type { CommandContext } from '../context.js';
import { formatsOf } from '../open/format-options.js';
import { openSigner } from '../open/open-signer.js';
import { signingOf } from '../open/signing.js';

/** What of an entry `signBlob` takes: it has no manifests. */
function oneFormat(context: CommandContext) {
  const [entry, ...others] = formatsOf(context);
  if (!entry || others.length > 0) return invalidArgument('a file is signed in one format');
  return entry;
}

/** Signs a file, and puts the signature beside it. */
export async function signFile(context: CommandContext, file: string): Promise<void> {
  const { words, output } = context;
  const path = context.path(file);
  const entry = oneFormat(context);
  const mediaType = words.text('media-type');
  const name = basename(path);
  const opened = await openSigner(context);
  try {
    const common = { ...(await signingOf(context, opened, file)), name, ...(mediaType !== undefined && { mediaType }) };
    const folder = dirname(path);
    const written: string[] = [];
    const write = async (target: string, contents: string | Uint8Array): Promise<void> => {
      await writeOwnFile(target, contents, { mode: 0o644, replace: true });
      written.push(target);
    };
    const wanted = words.text('output');
    if (entry.format === 'cosign') {
      const { annotations, digestAlgorithm } = entry;
      if (annotations) invalidArgument('--annotation: cosign signatures of files have none');
      const signed = await signBlob(createReadStream(path), {
        ...common,
        format: 'cosign',
        ...(digestAlgorithm && { digestAlgorithm }),
      });
      await write(wanted === undefined ? join(folder, signed.fileName) : context.path(wanted), signed.signature);
      await write(
        wanted === undefined ? join(folder, signed.bundleFileName) : `${context.path(wanted)}.sigstore.json`,
        signed.bundle,
      );
      output.result({ file, subject: signed.subject, requestId: signed.requestId, files: written }, shown(file, written));
    } else {
      const signed = await signBlob(createReadStream(path), { ...common, ...entry });
      await write(wanted === undefined ? join(folder, signed.fileName) : context.path(wanted), signed.envelope);
      output.result({ file, subject: signed.subject, requestId: signed.requestId, files: written }, shown(file, written));
    }
    context.waits(undefined);
  } finally {
    await opened.close();
  }
}

const shown = (file: string, written: readonly string[]) => [
  { text: `signed: ${file}`, tone: 'good' } as const,
  ...written.map((path) => `  ${path}`),
];
