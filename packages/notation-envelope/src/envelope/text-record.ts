/**
 * Whether a value is an object whose members are texts. Lists and `Map`s are none: what a `Map` holds are not its members, so taking
 * one would drop it all without a word (S24).
 */
export function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
