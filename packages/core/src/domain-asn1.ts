import type { SigningDomain } from './domains.js';

const sequence = 'u16+';
const set = 'u17+';

interface Header {
  /** First letter of the class and the number; a constructed one has a `+`: `u16+` is SEQUENCE, `c0+` is [0]. */
  readonly tag: string;
  readonly contents: number;
  /** `undefined`: the length is indefinite. */
  readonly end: number | undefined;
}

/** Universal, application, context-specific, private. */
const classes = ['u', 'a', 'c', 'p'] as const;

/**
 * A BER header (X.690 §8.1) with everything that some reader lets pass: tags in the long form although short, lengths that are
 * not minimal or indefinite. `undefined` where no reader could go on.
 */
function header(bytes: Uint8Array, start: number, limit: number): Header | undefined {
  let at = start;
  const first = bytes[at++] ?? 0;
  let number = first & 0x1f;
  if (number === 0x1f) {
    number = 0;
    for (let more = true; more; ) {
      if (at >= limit || number > 2 ** 40) return undefined;
      const octet = bytes[at++] as number;
      number = number * 128 + (octet & 0x7f);
      more = octet >= 0x80;
    }
  }
  if (at >= limit) return undefined;
  const constructed = (first & 0x20) !== 0;
  const tag = `${classes[first >> 6]}${number}${constructed ? '+' : ''}`;
  let length = bytes[at++] as number;
  if (length === 0x80) return constructed ? { tag, contents: at, end: undefined } : undefined;
  if (length > 0x80) {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) {
      if (at >= limit || length > limit) return undefined;
      length = length * 256 + (bytes[at++] as number);
    }
  }
  return at + length <= limit ? { tag, contents: at, end: at + length } : undefined;
}

const endsHere = (bytes: Uint8Array, at: number, limit: number) => at + 2 <= limit && bytes[at] === 0 && bytes[at + 1] === 0;

/** Where an element ends, its end-of-contents octets included. Counts open elements instead of calling itself: depth costs nothing. */
function endOf(bytes: Uint8Array, { contents, end }: Header, limit: number): number | undefined {
  if (end !== undefined) return end;
  let at = contents;
  for (let open = 1; open > 0; ) {
    if (endsHere(bytes, at, limit)) {
      open--;
      at += 2;
      continue;
    }
    const inner = header(bytes, at, limit);
    if (!inner) return undefined;
    if (inner.end === undefined) open++;
    at = inner.end ?? inner.contents;
  }
  return at;
}

/** Only the first elements tell the structures apart; a million more need not be kept. */
const kept = 16;

interface Shape {
  /** Tags of the elements directly inside, each with a space after it. */
  readonly tags: string;
  /** First tag inside the first element. */
  readonly inner: string | undefined;
}

/** What is directly inside an element, or `undefined` when its contents are no elements. */
function shapeOf(bytes: Uint8Array, outer: Header, end: number): Shape | undefined {
  const limit = outer.end ?? end - 2;
  let tags = '';
  let inner: string | undefined;
  let count = 0;
  for (let at = outer.contents; at < limit; count++) {
    const child = header(bytes, at, limit);
    const childEnd = child && endOf(bytes, child, limit);
    if (!child || childEnd === undefined) return undefined;
    if (count < kept) tags += `${child.tag} `;
    if (count === 0 && child.contents < childEnd) inner = header(bytes, child.contents, childEnd)?.tag;
    at = childEnd;
  }
  return { tags, inner };
}

/** The to-be-signed structures of PKIX, which differ by the elements directly inside (`S` for SEQUENCE, `T` for a time). */
const shapes: readonly (readonly [RegExp, SigningDomain])[] = [
  // RFC 5280 §4.1: [version] serial signature issuer validity subject spki …
  [/^(c0\+ )?u2 S S S S S /, 'x509-certificate'],
  // RFC 2986 §4.1: version subject spki [attributes]
  [/^u2 S S (c0\+ )?$/, 'x509-request'],
  // RFC 5280 §5.1: [version] signature issuer thisUpdate …
  [/^(u2 )?S S T /, 'x509-crl'],
  // RFC 6960 §4.2.1 ResponseData: [version] responder producedAt responses
  [/^(c0\+ )?c[12]\+ T S /, 'ocsp-response'],
];

/**
 * The domain of bytes that any reader of BER could take for one SEQUENCE or SET over all of them: an unknown one is `asn1`, because
 * what it means to somebody (SPKAC, attribute certificate, OCSP request, timestamp, …) is not known here.
 */
export function asn1Domain(bytes: Uint8Array): SigningDomain | undefined {
  const outer = header(bytes, 0, bytes.byteLength);
  if (outer?.tag !== sequence && outer?.tag !== set) return undefined;
  const end = endOf(bytes, outer, bytes.byteLength);
  if (end !== bytes.byteLength) return undefined;
  const shape = shapeOf(bytes, outer, end);
  // An empty one says nothing to anybody.
  if (!shape || shape.tags === '') return undefined;
  if (outer.tag === set) return shape.inner === 'u6' ? 'cms-attributes' : 'asn1';
  const tags = shape.tags.replaceAll(sequence, 'S').replaceAll(/\bu(?:23|24)\b/g, 'T');
  return shapes.find(([pattern]) => pattern.test(tags))?.[1] ?? 'asn1';
}
