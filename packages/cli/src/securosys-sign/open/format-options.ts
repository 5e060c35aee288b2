import { invalidArgument } from '@securosys/core';
import type { FormatEntry } from '@securosys/sign';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { pairsOf } from '../pairs.js';

const formats = ['notation-jws', 'notation-cose', 'cosign'] as const;
const shapes = ['legacy', 'bundle'] as const;
const hashes = ['sha256', 'sha384', 'sha512'] as const;

/** Options that say what kinds of signatures are made. */
export const formatOptions: readonly CommandOption[] = [
  { name: 'format', value: 'name', many: true, choices: formats, describe: 'kind of signature; default notation-jws' },
  { name: 'expiry', value: 'duration', describe: 'Notary signatures end after it: 90d, 12h' },
  { name: 'annotation', value: 'name=value', many: true, describe: 'signed along' },
  { name: 'shape', value: 'name', many: true, choices: shapes, describe: 'how cosign signatures are stored; default both' },
  { name: 'hash', value: 'name', choices: hashes, describe: 'of cosign signatures with keys on P-384 and P-521' },
  { name: 'docker-reference', value: 'name', describe: 'repository that cosign signatures of an image in a layout name' },
  { name: 'signature-repository', value: 'name', describe: 'where cosign signatures go instead, as COSIGN_REPOSITORY' },
];

/** How cosign keeps what is made. */
export function cosignOptionsOf({ words }: Pick<CommandContext, 'words'>) {
  const stored = shapes.filter((shape) => words.list('shape').includes(shape));
  const digestAlgorithm = hashes.find((hash) => hash === words.text('hash'));
  const signatureRepository = words.text('signature-repository');
  return {
    ...(stored.length > 0 && { shapes: stored }),
    ...(digestAlgorithm && { digestAlgorithm }),
    ...(signatureRepository !== undefined && { signatureRepository }),
  };
}

/** The formats that are wanted, with what each takes. @throws SignError `ERR_INVALID_ARGUMENT` for what none of them has */
export function formatsOf(context: Pick<CommandContext, 'words'>): readonly FormatEntry[] {
  const { words } = context;
  const typed = words.list('format');
  const wanted = typed.length === 0 ? (['notation-jws'] as const) : formats.filter((format) => typed.includes(format));
  const annotations = pairsOf('annotation', words.list('annotation'));
  const common = Object.keys(annotations).length > 0 ? { annotations } : {};
  const expiry = words.text('expiry');
  const dockerReference = words.text('docker-reference');
  const cosign = { ...cosignOptionsOf(context), ...(dockerReference !== undefined && { dockerReference }) };
  if (expiry !== undefined && wanted.every((format) => format === 'cosign'))
    invalidArgument('--expiry: cosign signatures have no end');
  if (Object.keys(cosign).length > 0 && !wanted.some((format) => format === 'cosign'))
    invalidArgument('--shape, --hash, --docker-reference and --signature-repository are for --format cosign');
  return wanted.map((format) =>
    format === 'cosign' ? { format, ...common, ...cosign } : { format, ...common, ...(expiry !== undefined && { expiry }) },
  );
}
