import { DerReader, malformed, tags, unsignedInteger } from './reader.js';

/** Bits of the key usage extension, in the order of RFC 5280 §4.2.1.3. */
export const keyUsageBits = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
/** One bit of the key usage extension, by its name in RFC 5280 §4.2.1.3. */
export type KeyUsageBit = (typeof keyUsageBits)[number];

const uri = 0x86;
const maxListed = 256;

/** Bits of a key usage. */
export function keyUsage(value: Uint8Array): ReadonlySet<KeyUsageBit> {
  const [tag, length, unused = 8, ...octets] = value;
  const last = octets.at(-1) ?? 0;
  // X.690 §11.2.2: a named bit list has no trailing zero bits, so the unused bits are known from the last octet.
  const expected = octets.length === 0 ? 0 : 31 - Math.clz32(last & -last);
  const sound = tag === tags.bitString && length === value.byteLength - 2 && octets.length <= 2 && unused === expected;
  if (!sound || (octets.length > 0 && last === 0) || ((octets[1] ?? 0) & 0x7f) !== 0)
    malformed('key usage is not a DER bit list');
  return new Set(keyUsageBits.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}

/** CA flag and path length of basic constraints. */
export function basicConstraints(value: Uint8Array): { ca: boolean; pathLen?: number } {
  const reader = DerReader.over(value, tags.sequence, 'basic constraints');
  const ca = reader.optionalTrue();
  const element = reader.optional(tags.integer);
  reader.end();
  if (!element) return { ca };
  const number = unsignedInteger(reader.contents(element), 'path length');
  if (!ca || number.byteLength > 2) malformed('basic constraints hold a path length that makes no sense');
  return { ca, pathLen: number.reduce((sum, byte) => sum * 256 + byte, 0) };
}

/** Takes each element of a non-empty `SEQUENCE OF`. */
export function list<T>(value: Uint8Array, what: string, item: (reader: DerReader) => T): T[] {
  const reader = DerReader.over(value, tags.sequence, what);
  const out: T[] = [];
  while (reader.more) {
    out.push(item(reader));
    if (out.length > maxListed) malformed(`${what} has over ${maxListed} entries`);
  }
  return out.length > 0 ? out : malformed(`${what} is empty`);
}

function url(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\u0021-\u007e]{1,2048}$/.test(text) ? text : malformed('a URL holds characters that no URL has');
}

/** Object identifiers of `extendedKeyUsage`. */
export function keyPurposes(value: Uint8Array): string[] {
  return list(value, 'extended key usage', (reader) => reader.oid());
}

/** Policies: `SEQUENCE OF SEQUENCE { policyIdentifier, policyQualifiers OPTIONAL }`. */
export function policies(value: Uint8Array): string[] {
  return list(value, 'certificate policies', (reader) => {
    const policy = reader.enter(tags.sequence);
    const oid = policy.oid();
    policy.optional(tags.sequence);
    policy.end();
    return oid;
  });
}

/** Whether any policy says more than its identifier. */
export function hasPolicyQualifiers(value: Uint8Array): boolean {
  return list(value, 'certificate policies', (reader) => {
    const policy = reader.enter(tags.sequence);
    policy.oid();
    return policy.more;
  }).includes(true);
}

/** Authority information access: URLs with the access method OCSP. */
export function ocspUrls(value: Uint8Array): { urls: string[]; named: boolean } {
  let named = false;
  const urls = list(value, 'authority information access', (reader) => {
    const access = reader.enter(tags.sequence);
    const ocsp = access.oid() === '1.3.6.1.5.5.7.48.1';
    const location = access.any();
    access.end();
    named ||= ocsp;
    return ocsp && location.tag === uri ? url(access.contents(location)) : undefined;
  });
  return { urls: urls.filter((u) => u !== undefined), named };
}

/** CRL distribution points: URLs of the full names. */
export function crlUrls(value: Uint8Array): string[] {
  return list(value, 'CRL distribution points', (reader) => {
    const name = reader.enter(tags.sequence).optional(tags.context0);
    const full = name && reader.inside(name).optional(tags.context0);
    const urls: string[] = [];
    for (const names = full && reader.inside(full); names?.more; ) {
      const element = names.any();
      if (element.tag === uri) urls.push(url(names.contents(element)));
    }
    return urls;
  }).flat();
}
