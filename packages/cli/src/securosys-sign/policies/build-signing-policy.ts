import { invalidArgument, sha256Hex } from '@securosys/core';
import type { SigningPolicyDocument } from '@securosys/sign/policy';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { publicKeyOf } from '../open/public-keys.js';
import { pairsOf } from '../pairs.js';

/** Options that describe one rule about some repositories. */
export const signingRuleOptions: readonly CommandOption[] = [
  { name: 'rule', value: 'name', describe: "of a signing policy: name of the rule; default 'release'" },
  { name: 'purpose', value: 'name', many: true, describe: 'sign (default), decrypt, derive' },
  { name: 'repository', value: 'pattern', many: true, describe: 'what the rule is about: registry.example/prod/**' },
  { name: 'tag', value: 'pattern', many: true, describe: 'allowed tags: v*' },
  { name: 'format', value: 'id', many: true, describe: 'allowed formats' },
  { name: 'allow-key', value: 'name=path', many: true, describe: 'allowed keys: label, and the public half in PEM' },
  { name: 'max-validity', value: 'duration', describe: 'longest validity of a signature: 90d' },
  { name: 'annotation', value: 'name=value', many: true, describe: 'has to be signed along; no value: any' },
  { name: 'not-already-signed', describe: 'no second signature by the same key' },
  { name: 'require-trusted', describe: 'of decryptions: the image has a trusted signature' },
];

const optional = <T>(name: string, list: readonly T[]) => (list.length > 0 ? { [name]: list } : {});

/**
 * A signing policy of one rule, as it was described: a beginning to go on from.
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of reading files
 */
export async function buildSigningPolicy(context: CommandContext): Promise<SigningPolicyDocument> {
  const { words } = context;
  const repositories = words.list('repository');
  if (repositories.length === 0) invalidArgument('which images is the rule about? give --repository');
  const keys = await Promise.all(
    Object.entries(pairsOf('allow-key', words.list('allow-key'))).map(async ([label, path]) => ({
      label,
      spkiSha256: sha256Hex(publicKeyOf(await context.readFile(path, '--allow-key'), '--allow-key')),
    })),
  );
  const typed = pairsOf('annotation', words.list('annotation'));
  const annotations = Object.fromEntries(
    Object.entries(typed).map(([name, text]) => [name, text === '' ? (true as const) : text]),
  );
  const maxValidity = words.text('max-validity');
  const require = {
    ...optional('tags', words.list('tag')),
    ...optional('formats', words.list('format')),
    ...optional('keys', keys),
    ...(maxValidity !== undefined && { maxValidity }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(words.flag('not-already-signed') && { notAlreadySigned: true as const }),
    ...(words.flag('require-trusted') && { requireTrusted: true as const }),
  };
  const named = { name: words.text('rule') ?? 'release', ...optional('purposes', words.list('purpose')) };
  return { version: 1, rules: [{ ...named, when: { repositories }, require }] };
}
