import { invalidArgument } from '@securosys/core';

/** One member of an object as it will be written, with JSON for a value. */
export type GoMember = readonly [name: string, json: string];

/** The two characters that ended lines in older JavaScript; Go escapes them always, and `<`, `>` and `&` by default. */
const separators = /[\u2028\u2029]/g;
const html = /[<>&]/g;
const unicode = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A string as Go's `encoding/json` writes it (`cosign.md` §3.1): `<`, `>`, `&`, U+2028 and U+2029 escaped, all else in UTF-8.
 * @param escapeHtml `false` as in the statements that cosign writes (§6.5)
 * @throws SignError `ERR_INVALID_ARGUMENT` for a lone surrogate, which has no UTF-8 form
 */
export function goString(text: string, escapeHtml = true): string {
  if (!text.isWellFormed()) invalidArgument('a text holds a lone surrogate');
  const json = JSON.stringify(text).replace(separators, unicode);
  return escapeHtml ? json.replace(html, unicode) : json;
}

/** Go sorts the keys of a map by their bytes; UTF-16 units have another order beyond U+FFFF. */
export function goOrder([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** An object with its members in this order: an object of JavaScript would put names that are numbers first. */
export function goObject(members: readonly GoMember[], escapeHtml = true): string {
  return `{${members.map(([name, json]) => `${goString(name, escapeHtml)}:${json}`).join(',')}}`;
}

/** A map of texts, sorted as Go does. */
export function goTexts(texts: Readonly<Record<string, string>>, escapeHtml = true): string {
  const members = Object.entries(texts).sort(goOrder);
  return goObject(
    members.map(([name, text]) => [name, goString(text, escapeHtml)]),
    escapeHtml,
  );
}
