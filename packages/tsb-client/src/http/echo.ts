import { base64Text, hexText, utf8Bytes } from '@securosys/core';

/** So many characters of a secret in a row are no chance. */
const run = 12;

/** Takes off what printing adds: white space, quotes, commas between characters, case, and the two alphabets of base64. */
const plain = (text: string): string =>
  text
    .replace(/[\s"'`,\\=]/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .toLowerCase();

const unescaped = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Base64 characters that depend on `text` alone, for each of the three places where it can start in a longer value. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = base64Text(utf8Bytes(`${' '.repeat(before)}${text}`)).replace(/=+$/, '');
    const end = Math.floor(((before + utf8Bytes(text).byteLength) * 8) / 6);
    return encoded.slice(Math.ceil((before * 8) / 6), end);
  });
}

/** Forms of a secret: as it is (also as an array of characters), hex, base64, and base64 of a request with it as such an array. */
function formsOf(secret: string): string[] {
  const characters = JSON.stringify(secret.split('')).slice(1, -1);
  const forms = [secret, hexText(utf8Bytes(secret)), ...base64Forms(secret), ...base64Forms(characters)];
  return forms.map(plain).filter((form) => form.length > 0);
}

const runsOf = (text: string): string[] =>
  text.length <= run ? [text] : Array.from({ length: text.length - run + 1 }, (_, i) => text.slice(i, i + run));

/**
 * Whether foreign text repeats one of these secrets, in whole or in a part of 12 characters, in any usual form (S37). Servers and
 * proxies quote what they were sent, and their text goes into errors and logs.
 */
export function repeatsSecret(text: string, secrets: Iterable<string>): boolean {
  const texts = [plain(text), plain(unescaped(text))];
  const seen = new Set(texts.flatMap(runsOf));
  for (const secret of secrets) {
    if (text.includes(secret)) return true;
    for (const form of formsOf(secret)) {
      if (form.length <= run ? texts.some((one) => one.includes(form)) : runsOf(form).some((part) => seen.has(part))) return true;
    }
  }
  return false;
}
