import type { SigningDomain } from './domains.js';

/** A member name in any case, each character as it is or escaped: Go folds case, and every reader unescapes. */
function spelling(name: string): string {
  const hex = (c: string) => c.charCodeAt(0).toString(16);
  return [...name].map((c) => `(?:${c}|\\\\u00(?:${hex(c)}|${hex(c.toUpperCase())}))`).join('');
}

/** Formats known by a member of the outermost object, and the first byte of the value that the member has there. */
const members = [
  { domain: 'cosign-payload', value: 0x7b, name: spelling('critical') },
  { domain: 'tuf', value: 0x22, name: spelling('_type') },
] as const;
const names = members.map(({ name }) => new RegExp(`^${name}$`, 'i'));
const anywhere = new RegExp(`["'](?:${members.map(({ name }) => `(${name})`).join('|')})["']`, 'i');
/** Longest spelling of a name above, in bytes: eight characters, each escaped. */
const longestName = 48;

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
/** White space to some reader; U+FEFF is in here byte by byte. */
const spaces = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0xef, 0xbb, 0xbf]) spaces[byte] = 1;
const isSpace = (byte: number | undefined) => byte !== undefined && spaces[byte] === 1;
/** What strict JSON has outside strings. */
const structure = new Uint8Array(256);
for (const byte of Buffer.from('{}[]:,"+-.0123456789eEtrufalsn \t\r\n', 'latin1')) structure[byte] = 1;

/** Index of the quote that ends the string which starts at `start`, or the end of the bytes. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.byteLength && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
  return Math.min(at, bytes.byteLength);
}

/** The format that is known by a member with this name and first byte of its value. */
function memberOf(bytes: Uint8Array, start: number, end: number, value: number | undefined): SigningDomain | undefined {
  if (end - start > longestName) return undefined;
  return members.find((member, i) => member.value === value && names[i]?.test(latin1(bytes.subarray(start, end))))?.domain;
}

interface Scan {
  readonly domain: SigningDomain | undefined;
  /** Strings and depth are what every reader sees; else nobody knows which members are outermost. */
  readonly sure: boolean;
}

/** One pass over what starts with `{`: no tree, no recursion, nothing refused. */
function scan(bytes: Uint8Array, start: number): Scan {
  let depth = 0;
  let sure = true;
  for (let at = start; at < bytes.byteLength; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (--depth < 0) sure = false;
    } else if (byte === 0x22) {
      const end = stringEnd(bytes, at);
      let next = end + 1;
      while (isSpace(bytes[next])) next++;
      if (depth === 1 && bytes[next] === 0x3a) {
        for (next++; isSpace(bytes[next]); ) next++;
        const found = memberOf(bytes, at + 1, end, bytes[next]);
        if (found) return { domain: found, sure };
      }
      at = next - 1;
      if (end === bytes.byteLength) sure = false;
    } else if (structure[byte] === 0) sure = false;
  }
  return { domain: undefined, sure: sure && depth === 0 };
}

/** UTF-16 and UTF-32, which some readers detect, are ASCII between zeros for all that matters here. */
function narrow(bytes: Uint8Array): Uint8Array {
  if (!bytes.subarray(0, 6).includes(0)) return bytes;
  const out = new Uint8Array(bytes.byteLength);
  let length = 0;
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at] as number;
    if (byte !== 0 && byte < 0xfe) out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** The domain of a document that any reader of JSON, however lenient, could take for one of these formats. */
export function jsonDomain(input: Uint8Array): SigningDomain | undefined {
  const bytes = narrow(input);
  let start = 0;
  while (isSpace(bytes[start])) start++;
  if (bytes[start] !== 0x7b) return undefined;
  const { domain, sure } = scan(bytes, start);
  if (domain || sure) return domain;
  const found = anywhere.exec(latin1(bytes));
  return members.find((_, i) => found?.[i + 1] !== undefined)?.domain;
}
