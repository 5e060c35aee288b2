import { type JsonObject, parseJsonObject } from '@securosys/core';
import { checkedPredicate } from '@securosys/cosign';
import type { AttestedPredicate } from '@securosys/sign';
import type { CommandContext } from '../context.js';

/** Most bytes of a predicate: an SBOM of a large image. */
const maxBytes = 16 << 20;

/**
 * What a file says about an image, held to the type that was typed.
 * @param path as it was typed; `-` is the standard input
 * @throws SignError `ERR_INVALID_ARGUMENT` for what is no predicate of this type, `ERR_MALFORMED`, those of reading files
 */
export async function predicateOf(
  context: Pick<CommandContext, 'readFile'>,
  typed: string,
  path: string,
): Promise<AttestedPredicate> {
  const json: JsonObject = parseJsonObject(await context.readFile(path, 'the predicate'), { what: 'the predicate', maxBytes });
  const { type, predicate } = checkedPredicate(typed, json);
  // Taken apart, the two are no longer known to belong together.
  return { predicateType: type, predicate } as AttestedPredicate;
}
