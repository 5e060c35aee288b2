import { invalidArgument } from '@securosys/core';
import { type SignedImage, signImage } from '@securosys/sign';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { formatOptions, formatsOf } from '../open/format-options.js';
import { backendOptions } from '../open/open-backend.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { keyOptions, openSigner } from '../open/open-signer.js';
import { selectionOf, selectionOptions } from '../open/selection.js';
import { signingOf, signingOptions } from '../open/signing.js';
import type { Line } from '../output/output.js';

const json = ({ reference, subject, manifests }: SignedImage): object => ({ reference, subject, signatures: manifests });

function lines(asked: string, { reference, manifests }: SignedImage): Line[] {
  const made = manifests.flatMap(({ platform, subject, format, signature, advice }): Line[] => [
    `  ${format}${platform === undefined ? '' : ` of ${platform} ${subject.digest}`}: ${signature.digest}`,
    ...(advice === undefined ? [] : [{ text: `    ${advice}`, tone: 'warn' } as const]),
  ]);
  return [{ text: `signed: ${asked}`, tone: 'good' }, `  ${reference}`, ...made];
}

async function signImages(context: CommandContext): Promise<void> {
  const { words, output } = context;
  const format = formatsOf(context);
  const oci = await openOci(context, await context.progress());
  const opened = await openSigner(context, oci).catch(async (error: unknown) => {
    await oci.close();
    throw error;
  });
  try {
    for (const reference of words.arguments) {
      const signing = await signingOf(context, opened, reference);
      const signed = await signImage(reference, { ...signing, ...selectionOf(context), format, oci });
      context.waits(undefined);
      output.result(json(signed), lines(reference, signed));
    }
  } finally {
    await opened.close();
    await oci.close();
  }
}

/** `sign`. */
export const command: Command = {
  describe:
    'Signs images, and attaches the signatures to them. While people decide it ends with exit code 75, or waits with --approval-timeout; run again, it goes on with the same request. A file is signed with --file.',
  arguments: [{ name: 'image', describe: 'registry.example/app:1.4, or oci:<folder>:<tag>', many: true, optional: true }],
  options: [
    ...keyOptions,
    ...formatOptions,
    ...selectionOptions,
    { name: 'file', value: 'path', describe: 'sign this file instead' },
    { name: 'media-type', value: 'type', describe: 'of that file, signed along; default application/octet-stream' },
    { name: 'output', value: 'path', describe: 'where its signature goes; default: beside it' },
    ...signingOptions,
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign sign --key release registry.example/app:1.4',
    'securosys-sign sign --key release --format notation-jws --format cosign --approval-timeout 2h registry.example/app:1.4',
    'securosys-sign sign --key release --file tool.tgz',
  ],
  run: async (context) => {
    const { words } = context;
    const file = words.text('file');
    if (file === undefined) {
      if (words.arguments.length === 0) invalidArgument('sign: name an image, or a file with --file');
      await signImages(context);
    } else {
      if (words.arguments.length > 0) invalidArgument('sign: images, or --file');
      const { signFile } = await import('./sign-file.js');
      await signFile(context, file);
    }
    return 'ok';
  },
};
