import { SignError, utf8Text } from '@securosys/core';
import type { Attributes } from '../token/token-calls.js';
import { ulongFromBytes } from '../token/ulong.js';

/** A CK_BBOOL; `undefined` when the module does not tell. Anything but one byte 0 or 1 is no answer (some write 0xff for true). */
export function flagOf(attributes: Attributes, type: number): boolean | undefined {
  const value = attributes.get(type);
  return value?.byteLength === 1 ? value[0] !== 0 : undefined;
}

/** A CK_ULONG of at most 32 bits; what is larger means "unavailable" (CK_UNAVAILABLE_INFORMATION), like absence. */
export function ulongOf(attributes: Attributes, type: number): number | undefined {
  const value = attributes.get(type);
  if (value === undefined || (value.byteLength !== 4 && value.byteLength !== 8)) return undefined;
  const number = ulongFromBytes(value);
  return number < 0xffffffffn ? Number(number) : undefined;
}

/** Bytes that are there and not empty: modules answer with nothing for what they do not have. */
export function bytesOf(attributes: Attributes, type: number): Uint8Array | undefined {
  const value = attributes.get(type);
  return value && value.byteLength > 0 ? value : undefined;
}

/** A text; `undefined` when it is absent, empty or not UTF-8, so that nobody is shown a name by which nothing is found. */
export function textOf(attributes: Attributes, type: number): string | undefined {
  const value = bytesOf(attributes, type);
  try {
    return value && utf8Text(value);
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/** An unsigned number without its leading zeros, as modules write big integers with or without them. */
export function magnitude(value: Uint8Array): Uint8Array {
  let at = 0;
  while (at < value.byteLength - 1 && value[at] === 0) at++;
  return value.subarray(at);
}
