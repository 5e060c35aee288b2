import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { invalidArgument } from '@securosys/core';
import type { AttestationItemInput, BlobItemInput, DecryptSettings, RequestItemInput } from '@securosys/sign';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { pairsOf } from '../pairs.js';
import { cosignOptionsOf, formatsOf } from './format-options.js';
import { predicateOf } from './predicate.js';
import { selectionOf } from './selection.js';

/** Options that say what a request is about, beside images. */
export const itemOptions: readonly CommandOption[] = [
  { name: 'attest', value: 'type=path', many: true, describe: 'attest this predicate about every image' },
  { name: 'file', value: 'path', many: true, describe: 'sign this file' },
  { name: 'decrypt', value: 'image=image', many: true, describe: 'decrypt the first image to the second' },
];

async function attestations(context: CommandContext): Promise<AttestationItemInput[]> {
  const { words } = context;
  const common = { ...cosignOptionsOf(context), ...selectionOf(context) };
  const made: AttestationItemInput[] = [];
  for (const [type, path] of Object.entries(pairsOf('attest', words.list('attest')))) {
    const statement = await predicateOf(context, type, path);
    made.push(...words.arguments.map((image): AttestationItemInput => ({ image, ...common, ...statement })));
  }
  return made;
}

function files(context: CommandContext): BlobItemInput[] {
  return context.words.list('file').flatMap((file) => {
    const path = context.path(file);
    return formatsOf(context).map((entry): BlobItemInput => {
      const common = { blob: createReadStream(path), name: basename(path) };
      if (entry.format !== 'cosign') return { ...common, ...entry };
      const { digestAlgorithm } = entry;
      return { ...common, format: 'cosign', ...(digestAlgorithm && { digestAlgorithm }) };
    });
  });
}

/**
 * What was typed, as items of a signing request.
 * @param decrypt who opens images, and whom to believe
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of reading files
 */
export async function itemsOf(
  context: CommandContext,
  decrypt: DecryptSettings | undefined,
): Promise<readonly RequestItemInput[]> {
  const { words } = context;
  const format = formatsOf(context);
  const images = words.arguments.map((image) => ({ image, format, ...selectionOf(context) }));
  const decrypted = Object.entries(pairsOf('decrypt', words.list('decrypt'))).map(([image, to]) => {
    if (!decrypt) return invalidArgument('--decrypt needs a key and trust');
    return { decrypt: image, to, ...decrypt };
  });
  const items = [...images, ...(await attestations(context)), ...files(context), ...decrypted];
  if (items.length === 0) invalidArgument('what is it about? name images, --file or --decrypt');
  return items;
}
