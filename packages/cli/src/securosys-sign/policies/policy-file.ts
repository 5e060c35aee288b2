import { invalidArgument, type JsonObject, parseJsonObject, SignError } from '@securosys/core';
import { parseSigningPolicy, type SigningPolicy } from '@securosys/sign/policy';
import type { Policy } from '@securosys/tsb-client/api';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';

/** A file with rules: what may be signed at all, or who has to approve the use of a key. */
export type PolicyFile =
  | { readonly kind: 'signing'; readonly policy: SigningPolicy }
  | { readonly kind: 'key'; readonly policy: Policy };

/** The rules of a key are JSON, and say what its use takes. */
function keyRules(bytes: Uint8Array): JsonObject | undefined {
  try {
    const json = parseJsonObject(bytes, { what: 'the policy' });
    return 'ruleUse' in json ? json : undefined;
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

async function parsed(bytes: Uint8Array, fileName: string): Promise<PolicyFile> {
  const rules = keyRules(bytes);
  if (!rules) return { kind: 'signing', policy: await parseSigningPolicy(bytes, { fileName }) };
  const { policyDto } = await import('@securosys/tsb-client/api');
  return { kind: 'key', policy: policyDto.sent.parse({ keyStatus: { blocked: false }, ...rules }) };
}

/**
 * The policy that was named, else the signing policy of the settings.
 * @throws SignError `ERR_INVALID_ARGUMENT` and `ERR_MALFORMED` with the line where it is wrong, those of reading files
 */
export async function policyFile(context: CommandContext): Promise<PolicyFile> {
  const [typed] = context.words.arguments;
  if (typed !== undefined) return parsed(await context.readFile(typed, 'the policy'), typed === '-' ? 'stdin' : typed);
  const path = (await context.settings()).path('signingPolicy');
  if (path === undefined) return invalidArgument('which policy? name its file, or signingPolicy in the configuration');
  return parsed(await readNamedFile(path, 'the signing policy', 'own'), path);
}
