import { randomBytes } from 'node:crypto';
import { base64Text, base64urlText, concatBytes, hexText, utf8Bytes } from '@securosys/core';

/** One way in which a secret can show up in text. Needles hold no white space, because columns and line breaks come and go. */
export interface SecretForm {
  /** For people: `base64 of the first half`. */
  readonly form: string;
  readonly needle: string;
}

const shortestSecret = 16;
const space = /\s+/g;
/** What printing puts into a text: white space, the same as escapes, backslashes before quotes, and the seams of inspected lines. */
const padding = /['"`]\s*\+\s*\n\s*['"`]|\\+(?:[nrt]|(?=['"`]))|\s+/g;

/**
 * A random secret that can stand in a header, a URL, a JSON string and a key password, and that no other text holds by chance.
 * @param name 1 to 20 lower-case letters, digits and `-`; part of the secret, so that a leak in a log says whose it is
 */
export function createSentinel(name: string): string {
  if (!/^[a-z0-9-]{1,20}$/.test(name)) throw new TypeError('a sentinel is named by 1 to 20 lower-case letters, digits and -');
  // The characters in the middle make percent-encoding differ from the plain text.
  return `${name}~${base64Text(randomBytes(12))}/+${base64Text(randomBytes(12))}`;
}

/** Base64 characters that depend on `bytes` alone, for each of the three places where they can start in a longer value. */
function alignedBase64(bytes: Uint8Array, encode: (data: Uint8Array) => string): string[] {
  return [0, 1, 2].map((before) => {
    const text = encode(concatBytes(new Uint8Array(before), bytes));
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.byteLength) * 8) / 6));
  });
}

function binaryForms(bytes: Uint8Array): [string, string][] {
  const hex = hexText(bytes);
  return [
    ...alignedBase64(bytes, base64Text).map((needle): [string, string] => ['base64', needle]),
    ...alignedBase64(bytes, base64urlText).map((needle): [string, string] => ['base64url', needle]),
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ['byte array', bytes.join(',')],
  ];
}

function textForms(text: string): [string, string][] {
  const bytes = utf8Bytes(text);
  const everyByte = hexText(bytes).replace(/../g, '%$&');
  const characters = JSON.stringify([...text]).slice(1, -1);
  return [
    ['text', text],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['percent-encoding', encodeURIComponent(text)],
    ['percent-encoding', everyByte],
    ['percent-encoding', everyByte.toUpperCase()],
    ['character array', characters],
    ['character array', [...text].map((c) => `'${c}'`).join(',')],
    // The TSB API carries passwords as character arrays, and whole requests as base64.
    ...alignedBase64(utf8Bytes(characters), base64Text).map((needle): [string, string] => [
      'base64 of a character array',
      needle,
    ]),
    ...binaryForms(bytes),
  ];
}

function halves<T extends { slice(start: number, end?: number): T; readonly length: number }>(whole: T): [string, T][] {
  const middle = Math.floor(whole.length / 2);
  return [
    ['', whole],
    [' of the first half', whole.slice(0, middle)],
    [' of the second half', whole.slice(middle)],
  ];
}

/**
 * Every form in which a secret is looked for (threat model S37): as it is, base64, base64url, hex, percent-encoding, array of characters
 * or of byte values, each of the whole and of both halves. Base64 is found at any place inside a longer value (`user:password`).
 * @param secret text, or bytes such as a private scalar; at least 16 characters or bytes
 */
export function secretForms(secret: string | Uint8Array): SecretForm[] {
  if (secret.length < shortestSecret)
    throw new TypeError(`a secret to look for has at least ${shortestSecret} characters or bytes`);
  const named =
    typeof secret === 'string'
      ? halves(secret).flatMap(([part, text]) => textForms(text).map(([form, needle]) => [form + part, needle] as const))
      : halves(secret).flatMap(([part, bytes]) =>
          [...binaryForms(bytes), ['raw bytes', String.fromCharCode(...bytes)] as const].map(
            ([form, needle]) => [form + part, needle] as const,
          ),
        );
  const known = new Set<string>();
  return named.flatMap(([form, spaced]) => {
    const needle = spaced.replace(space, '');
    if (known.has(needle)) return [];
    known.add(needle);
    return [{ form, needle }];
  });
}

/** The first form of the secret that the text holds, whatever printing put between its characters. */
export function formIn(forms: readonly SecretForm[], text: string): string | undefined {
  const dense = text.replace(space, '');
  const bare = text.replace(padding, '');
  return forms.find(({ needle }) => dense.includes(needle) || bare.includes(needle))?.form;
}
