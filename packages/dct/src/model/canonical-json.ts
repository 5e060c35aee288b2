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

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

function encode(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value);
    throw new SignError('ERR_MALFORMED', 'canonical JSON has integers only, up to 2^53 - 1');
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(encode).join()}]`;
  const names = Object.keys(value).sort(byCodePoint);
  return `{${names.map((name) => `${quoted(name)}:${encode(value[name] as JsonValue)}`).join()}}`;
}

/**
 * Canonical JSON of OLPC as Notary writes it (`dct.md` §2): members in the order of their UTF-8 bytes, no white space, integers only, and
 * in texts nothing escaped but `"` and `\`. Control characters stand as they are, so this is not always JSON.
 * @throws SignError `ERR_MALFORMED` for a number that is no integer, and for a lone surrogate
 */
export function notaryJson(value: JsonValue): Uint8Array<ArrayBuffer> {
  return utf8Bytes(encode(value));
}
