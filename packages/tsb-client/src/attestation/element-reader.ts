import { sanitizeText } from '@securosys/core';
import { malformedXml, type XmlElement } from './xml-tree.js';

const shown = (name: string): string => `'${sanitizeText(name, 60)}'`;

/** Reads the children of one element in the order the schema has them; what is left over at the end is refused. */
export class ElementReader {
  readonly #element: XmlElement;
  #at = 0;

  constructor(element: XmlElement, allowed: readonly string[] = []) {
    this.#element = element;
    if (element.children.length === 0 && element.text.trim() !== '')
      malformedXml(`${shown(element.name)} holds text instead of elements`);
    for (const name of element.attributes.keys())
      if (!allowed.includes(name)) malformedXml(`${shown(element.name)} has the unknown attribute ${shown(name)}`);
  }

  #next(): XmlElement | undefined {
    return this.#element.children[this.#at];
  }

  /** The next element when it has this name. */
  optional(name: string): XmlElement | undefined {
    const next = this.#next();
    if (next?.name !== name) return undefined;
    this.#at++;
    return next;
  }

  take(name: string): XmlElement {
    const next = this.#next()?.name;
    return (
      this.optional(name) ??
      malformedXml(`${shown(this.#element.name)} has ${next === undefined ? 'no' : shown(next)} where ${shown(name)} is due`)
    );
  }

  /** All that follow with this name. */
  many(name: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (let one = this.optional(name); one; one = this.optional(name)) found.push(one);
    return found;
  }

  /**
   * Skips elements that no schema here knows, and names them. They must be plain text without attributes, and stand before or after
   * known ones: a known name is never skipped.
   */
  skipUnknown(known: ReadonlySet<string>): string[] {
    const skipped: string[] = [];
    for (let next = this.#next(); next && !known.has(next.name); next = this.#next()) {
      leafText(next);
      skipped.push(next.name);
      this.#at++;
    }
    return skipped;
  }

  end(): void {
    const next = this.#next();
    if (next) malformedXml(`${shown(this.#element.name)} has an unexpected ${shown(next.name)}`);
  }
}

/** Text of an element that has nothing else. */
export function leafText(element: XmlElement, allowed: readonly string[] = []): string {
  if (element.children.length > 0) malformedXml(`${shown(element.name)} holds elements instead of text`);
  for (const name of element.attributes.keys())
    if (!allowed.includes(name)) malformedXml(`${shown(element.name)} has the unknown attribute ${shown(name)}`);
  if (/[\t\n]/.test(element.text)) malformedXml(`${shown(element.name)} goes over a line`);
  return element.text;
}

/** Text of a leaf that must not be empty and must match. */
export function leafMatching(element: XmlElement, pattern: RegExp, allowed?: readonly string[]): string {
  const text = leafText(element, allowed);
  if (!pattern.test(text)) malformedXml(`${shown(element.name)} has a value that it cannot have`);
  return text;
}

/** `true` or `false`. */
export const leafFlag = (element: XmlElement): boolean => leafMatching(element, /^(?:true|false)$/) === 'true';

/** A count without sign or leading zeros. */
export const leafCount = (element: XmlElement): number => Number(leafMatching(element, /^(?:0|[1-9]\d{0,14})$/));

/** Milliseconds since 1970 of a UTC time in whole seconds. */
export function leafTime(element: XmlElement): number {
  const text = leafMatching(element, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text.replace('Z', '.000Z'))
    malformedXml(`${shown(element.name)} is no time`);
  return ms;
}

/** An attribute that has to be there. */
export function attribute(element: XmlElement, name: string): string {
  return element.attributes.get(name) ?? malformedXml(`${shown(element.name)} lacks the attribute ${shown(name)}`);
}
