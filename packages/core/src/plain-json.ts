import type { JsonValue } from './json.js';

/** Longest text that the engine reads for us: what a hostile one takes of memory before it is counted stays in the tens of megabytes. UTF-16 units. */
const longest = 1 << 20;

/** A document whose text the engine writes in the same way as it stands there. */
interface Plain {
  readonly value: JsonValue;
  /** Members of every object are in ascending order, and nothing is escaped. */
  readonly canonical: boolean;
}

/**
 * What JSON of machines mostly is, read by the engine at a third of the time that a reader of our own takes: a text that `JSON.stringify`
 * writes again unit for unit has no member twice, no white space, no number and no escape in another form than the engine's, and, where none
 * gives a unit by its number, no lone surrogates. Whatever is not so is left to the reader, which has the errors.
 * @returns `undefined` for a text that has to be read strictly
 */
export function plainJson(text: string, maxDepth: number, maxValues: number): Plain | undefined {
  // Printed ones are known by their second character.
  if (text.length > longest || text.charCodeAt(1) <= 32 || text.includes('\\u')) return undefined;
  let values = 1;
  let canonical = !text.includes('\\');
  const refuse = (): never => {
    throw new RangeError('left to the reader');
  };
  const visit = (value: JsonValue, depth: number): void => {
    if (depth > maxDepth || values > maxValues) refuse();
    if (typeof value === 'number' && !Number.isSafeInteger(value)) refuse();
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      values += value.length;
      for (const element of value) visit(element, depth + 1);
      return;
    }
    Object.setPrototypeOf(value, null);
    let last: string | undefined;
    // Nothing is inherited any more.
    for (const name in value) {
      values++;
      if (last !== undefined && name <= last) canonical = false;
      last = name;
      const member = value[name];
      // Most members are texts, about which nothing is left to ask.
      if (typeof member !== 'string' || depth === maxDepth) visit(member as JsonValue, depth + 1);
    }
  };
  try {
    // biome-ignore lint/plugin: the next line refuses whatever is not strict in it
    const value: JsonValue = JSON.parse(text);
    if (JSON.stringify(value) !== text) return undefined;
    visit(value, 0);
    return values > maxValues ? undefined : { value, canonical };
  } catch {
    return undefined;
  }
}
