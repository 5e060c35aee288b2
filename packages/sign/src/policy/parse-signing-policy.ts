import { invalidArgument, knownOptions, parseJson, SignError, sanitizeText, utf8Text } from '@securosys/core';
import { maxDepth, maxValues } from './document-node.js';
import { plainDocument } from './plain-document.js';
import { policyOf, type SigningPolicy } from './signing-policy.js';
import { yamlDocument } from './yaml-document.js';

/** Longest text of a policy, in bytes of UTF-8. */
const longest = 65_536;

/** How a policy is read. */
export interface ParseSigningPolicyOptions {
  /** Stands in errors before the line. */
  fileName?: string;
}

/**
 * Reads a policy in YAML 1.2 or JSON. At most 64 KiB, strict: see `docs/guides/signing-policy.md`. Errors name line and column, and the
 * member that a misspelt one was probably meant to be.
 * @param text or its bytes in UTF-8
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { explainSigningPolicy, parseSigningPolicy } from '@securosys/sign/policy';
 * const policy = await parseSigningPolicy(await readFile('release.yaml'), { fileName: 'release.yaml' });
 * console.log(explainSigningPolicy(policy).join('\n'));
 * ```
 * @throws SignError `ERR_MALFORMED` for what is no YAML, `ERR_INVALID_ARGUMENT` for what is no policy, both with `file`, `line` and `column`
 * in the details; `ERR_LIMIT`
 */
export async function parseSigningPolicy(
  text: string | Uint8Array,
  options: ParseSigningPolicyOptions = {},
): Promise<SigningPolicy> {
  knownOptions('parseSigningPolicy', options, ['fileName']);
  const { fileName } = options;
  if (typeof text !== 'string' && !(text instanceof Uint8Array)) invalidArgument('a policy is a text or its bytes');
  const size = typeof text === 'string' ? text.length : text.byteLength;
  if (size > longest) throw new SignError('ERR_LIMIT', `the policy is longer than ${longest} bytes`);
  const file = fileName === undefined ? undefined : sanitizeText(fileName, 200);
  const plain = typeof text === 'string' ? text : utf8Text(text, file ?? 'the policy');
  return jsonPolicy(plain) ?? policyOf(await yamlDocument(plain, file), file);
}

/**
 * JSON is read without the library for YAML, which takes longer to load than a plugin to do all else. Where something is wrong, the library
 * says in which line.
 */
function jsonPolicy(text: string): SigningPolicy | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return policyOf(plainDocument(parseJson(text, { maxDepth, maxValues })), undefined);
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}
