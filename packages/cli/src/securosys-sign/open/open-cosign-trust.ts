import { invalidArgument, utf8Text } from '@securosys/core';
import { type CosignTrust, cosignTrust } from '@securosys/sign';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';
import { pairsOf } from '../pairs.js';

/** By cosign signatures of the keys of the settings. @throws SignError `ERR_INVALID_ARGUMENT` when there are none */
export async function trustOfKeys(context: CommandContext, predicateTypes?: readonly string[]): Promise<CosignTrust> {
  const settings = await context.settings();
  const paths = settings.paths('cosignKeys');
  if (paths.length === 0) invalidArgument('cosign signatures are trusted by keys: give --cosign-key');
  const keys = await Promise.all(
    paths.map(async (path) => ({
      publicKey: utf8Text(await readNamedFile(path, 'the public key', 'any'), 'the public key'),
      name: path,
    })),
  );
  const threshold = context.words.text('threshold');
  const annotations = pairsOf('annotation', context.words.list('annotation'));
  return cosignTrust({
    keys,
    ...(threshold !== undefined && { threshold: Number(threshold) }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(predicateTypes && { predicateTypes }),
  });
}
