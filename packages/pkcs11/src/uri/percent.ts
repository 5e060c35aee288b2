import { invalidArgument, utf8Bytes, utf8Text } from '@securosys/core';

/** What a value may hold unencoded (RFC 7512 §2.3: `pk11-pchar` and `pk11-qchar`); everything else is an escape. */
const pathValue = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/;
const queryValue = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=/?|]|%[0-9A-Fa-f]{2})*$/;
const unreserved = /[A-Za-z0-9\-._~]/;

/**
 * Bytes of a percent-encoded value. Errors name the attribute and never quote the value, which may be a PIN.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function percentDecoded(name: string, text: string, part: 'path' | 'query'): Uint8Array<ArrayBuffer> {
  if (!(part === 'path' ? pathValue : queryValue).test(text))
    invalidArgument(`PKCS#11 URI: the value of '${name}' holds a character that must be percent-encoded there`);
  const out = new Uint8Array(text.length - 2 * (text.split('%').length - 1));
  for (let i = 0, at = 0; i < text.length; i++) {
    const escaped = text.charCodeAt(i) === 0x25;
    out[at++] = escaped ? Number.parseInt(text.slice(i + 1, i + 3), 16) : text.charCodeAt(i);
    if (escaped) i += 2;
  }
  return out;
}

/**
 * {@link percentDecoded} for a value that is text: UTF-8 without a NUL, which no label, path or PIN can hold.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function percentText(name: string, text: string, part: 'path' | 'query'): string {
  const bytes = percentDecoded(name, text, part);
  if (bytes.includes(0)) invalidArgument(`PKCS#11 URI: the value of '${name}' holds a NUL`);
  try {
    return utf8Text(bytes);
  } catch (error) {
    return invalidArgument(`PKCS#11 URI: the value of '${name}' is not UTF-8`, error);
  }
}

/** Percent-encodes everything that is not unreserved (RFC 3986 §2.3): each value has one form. */
export function percentEncoded(value: string | Uint8Array): string {
  let out = '';
  for (const byte of typeof value === 'string' ? utf8Bytes(value) : value) {
    const char = String.fromCharCode(byte);
    out += unreserved.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
