import { CKA, isDate } from '../cryptoki/attributes.js';
import type { Attributes } from '../token/token-calls.js';
import { isReturnValue, type Native } from './native.js';
import { copyOf } from './native-values.js';

/**
 * Attributes of one object; those that the module does not have, or does not show, are absent. One such attribute fails a whole
 * request (`pkcs11.md` §1.6), so those that were missing on an object of the same class and key type before are asked for by themselves.
 */
export function readAttributes(native: Native, session: Buffer, object: Buffer, types: readonly number[]): Attributes {
  const found = new Map<number, Uint8Array>();
  // Dates cannot be empty in pkcs11js, and other modules return them empty.
  const wanted = [...new Set(types)].filter((type) => !isDate(type));
  readInto(
    found,
    native,
    session,
    object,
    wanted.filter((type) => type === CKA.CLASS || type === CKA.KEY_TYPE),
  );
  const kind = [CKA.CLASS, CKA.KEY_TYPE].map((type) => hexOf(found.get(type))).join();
  const rare = native.rare.get(kind) ?? new Set();
  native.rare.set(kind, rare);
  const rest = wanted.filter((type) => type !== CKA.CLASS && type !== CKA.KEY_TYPE);
  const alone = new Set(rare);
  if (
    !readInto(
      found,
      native,
      session,
      object,
      rest.filter((type) => !alone.has(type)),
    )
  ) {
    for (const type of rest) if (!alone.has(type) && !found.has(type)) rare.add(type);
  }
  for (const type of rest) if (alone.has(type)) readInto(found, native, session, object, [type]);
  return found;
}

function hexOf(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes).toString('hex') : '';
}

/** Reads all at once, and one by one if that fails. False when it did. */
function readInto(
  found: Map<number, Uint8Array>,
  native: Native,
  session: Buffer,
  object: Buffer,
  types: readonly number[],
): boolean {
  if (types.length === 0) return true;
  native.method = 'C_GetAttributeValue';
  try {
    // Typings know more kinds of value than are ever returned: an attribute that is unavailable has none.
    for (const { type, value } of native.p11.C_GetAttributeValue(
      session,
      object,
      types.map((type) => ({ type })),
    ))
      if (value instanceof Uint8Array) found.set(type, copyOf(value));
    return true;
  } catch (error) {
    if (!isReturnValue(error, 'CKR_ATTRIBUTE_TYPE_INVALID', 'CKR_ATTRIBUTE_SENSITIVE')) throw error;
    if (types.length > 1) for (const type of types) readInto(found, native, session, object, [type]);
    return false;
  }
}
