import { type JsonValue, SignError, utf8Bytes } from '@securosys/core';

/** Members in the order of their UTF-8 bytes, which is the order of their code points. */
function byCodePoint(a: string, b: string): number {
  for (let at = 0; ; ) {
    const left = a.codePointAt(at);
    const right = b.codePointAt(at);
    if (left === right && left !== undefined) at += left > 0xffff ? 2 : 1;
    else return (left ?? -1) - (right ?? -1);
  }
}

const special = /["\\]/;
const quoted = (text: string) => (special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`);
const surrogate = /[\ud800-\udfff]/;

/** Sorted by UTF-16 units, which is the same but for names outside of the basic plane; those of metadata come sorted. */
function sorted(names: string[]): string[] {
  return names.some((name) => surrogate.test(name)) ? names.sort(byCodePoint) : names.sort();
}

function encode(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value);
    throw new SignError('ERR_MALFORMED', 'canonical JSON has integers only, up to 2^53 - 1');
  }
  if (value === null || typeof value === 'boolean') return String(value);
  let out = '';
  if (Array.isArray(value)) {
    for (const one of value) out += `${out === '' ? '' : ','}${encode(one)}`;
    return `[${out}]`;
  }
  for (const name of sorted(Object.keys(value)))
    out += `${out === '' ? '' : ','}${quoted(name)}:${encode(value[name] as JsonValue)}`;
  return `{${out}}`;
}

/**
 * Canonical JSON of OLPC as Notary writes it (`dct.md` §2): members in the order of their UTF-8 bytes, no white space, integers only, and
 * in texts nothing escaped but `"` and `\`. Control characters stand as they are, so this is not always JSON.
 * @throws SignError `ERR_MALFORMED` for a number that is no integer, and for a lone surrogate
 */
export function notaryJson(value: JsonValue): Uint8Array<ArrayBuffer> {
  return utf8Bytes(encode(value));
}
