import { SignError, utf8Bytes } from '@securosys/core';
import { dateBytes, isDate } from '../cryptoki/attributes.js';
import { standsFor } from '../cryptoki/stands-for.js';
import type { Template, TemplateEntry } from '../token/template.js';
import { ulongBytes } from '../token/ulong.js';

// Each makes an entry of exactly one type, so that no template of this package can hold another: a badly typed value aborts the
// process inside the native layer (`pkcs11.md` §1.5).

/** Says which attribute, and never its value. */
function refuse(message: string): never {
  throw new SignError('ERR_INVALID_ARGUMENT', message, { details: standsFor('CKR_ATTRIBUTE_VALUE_INVALID') });
}

function attribute(type: number): number {
  if (!Number.isInteger(type) || type < 0 || type > 0xffffffff) refuse('attribute type is not a number of 32 bits');
  return type;
}

function uint32(value: number, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff)
    refuse(`${what} is not a number of 32 bits`);
  return value;
}

/** A CK_ULONG. @throws SignError `ERR_INVALID_ARGUMENT` for what is not an integer of 32 bits */
export function ulong(type: number, value: number): TemplateEntry {
  return { type: attribute(type), value: uint32(value, `attribute 0x${type.toString(16)}`) };
}

/** A CK_BBOOL. */
export function flag(type: number, value: boolean): TemplateEntry {
  if (typeof value !== 'boolean') refuse(`attribute 0x${type.toString(16)} is neither true nor false`);
  return { type: attribute(type), value };
}

/** Bytes, copied. */
export function bytes(type: number, value: Uint8Array): TemplateEntry {
  if (!(value instanceof Uint8Array)) refuse(`attribute 0x${type.toString(16)} is not bytes`);
  return { type: attribute(type), value: Uint8Array.from(value) };
}

/** A text as UTF-8. @throws SignError `ERR_INVALID_ARGUMENT` for a NUL, where a module written in C would end it */
export function text(type: number, value: string): TemplateEntry {
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
    refuse(`attribute 0x${type.toString(16)} is not a text without NUL`);
  return { type: attribute(type), value: utf8Bytes(value) };
}

/**
 * An array of CK_ULONG (CKA_ALLOWED_MECHANISMS).
 * @param size `sizeof(CK_ULONG)` of the module
 */
export function ulongs(type: number, values: readonly number[], size: number): TemplateEntry {
  for (const value of values) uint32(value, `an element of attribute 0x${type.toString(16)}`);
  return { type: attribute(type), value: ulongBytes(values, size) };
}

/** Longest list of attributes that a caller may add, and the longest value. */
const maxExtra = 64;
const maxExtraBytes = 65_536;

/**
 * CKF_ARRAY_ATTRIBUTE in a number of the standard: CKA_WRAP_TEMPLATE and its like, whose value is an array of structures with pointers.
 * Bytes in their place would be read as addresses.
 */
const isTemplate = (type: number): boolean => type >= 0x40000000 && type < 0x80000000;

/**
 * Attributes from outside (a vendor's), each checked and copied. Those that `own` holds are refused: this package decides them.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function extraEntries(extra: Template | undefined, own: Template): TemplateEntry[] {
  if (extra === undefined) return [];
  if (!Array.isArray(extra) || extra.length > maxExtra) refuse(`extra attributes are not a list of at most ${maxExtra}`);
  const seen = new Set(own.map(({ type }) => type));
  return extra.map((entry: TemplateEntry) => {
    if (typeof entry !== 'object' || entry === null) refuse('an extra attribute is not an object with type and value');
    const { type, value } = entry;
    if (seen.has(attribute(type))) refuse(`attribute 0x${type.toString(16)} is there already and cannot be added`);
    seen.add(type);
    if (isTemplate(type)) refuse(`attribute 0x${type.toString(16)} is a template of its own, which cannot be given`);
    if (isDate(type) && !(value instanceof Uint8Array && value.byteLength === dateBytes))
      refuse(`attribute 0x${type.toString(16)} is a date: ${dateBytes} bytes, YYYYMMDD`);
    if (typeof value === 'number') return ulong(type, value);
    if (typeof value === 'boolean') return flag(type, value);
    if (value instanceof Uint8Array && value.byteLength > maxExtraBytes)
      refuse(`attribute 0x${type.toString(16)} is over ${maxExtraBytes} bytes`);
    return bytes(type, value);
  });
}
