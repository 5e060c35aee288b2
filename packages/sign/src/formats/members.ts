import { type Descriptor, isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';

/** Whether a member of a stored request is of its type; `undefined` stands for one that is not there. */
export type MemberCheck = (value: JsonValue | undefined) => boolean;

export const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';

/** A member that need not be there. */
export const optional =
  (check: (value: JsonValue) => boolean): MemberCheck =>
  (value) =>
    value === undefined || check(value);

export function isTexts(value: JsonValue | undefined): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string');
}

export function isDescriptor(value: JsonValue | undefined): value is JsonObject & Descriptor {
  if (!isJsonObject(value) || !isText(value.mediaType) || !isText(value.digest)) return false;
  return Number.isSafeInteger(value.size) && (value.size as number) >= 0;
}

/** Whether an object has no other members than these. */
export function hasOnly(value: JsonObject, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}
