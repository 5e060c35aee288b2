import { type KeyObject, sign } from 'node:crypto';
import {
  concatBytes,
  cryptoParameters,
  derWrap,
  ecdsaToDer,
  hexBytes,
  keyFacts,
  keySpecOf,
  type SignatureAlgorithm,
  signatureAlgorithmFor,
} from '@securosys/core';

/** Who signs answers: a certificate as `parseCertificate` of `@securosys/pki` gives it, and its private key. */
export interface RevocationSigner {
  readonly certificate: { readonly der: Uint8Array; readonly subjectDer: Uint8Array; readonly spki: Uint8Array };
  readonly privateKey: KeyObject;
}

/** An extension of a CRL, of one of its entries, or of an OCSP answer. */
export interface TestExtension {
  /** Dotted object identifier. */
  readonly oid: string;
  readonly critical?: boolean;
  /** Contents of the OCTET STRING, DER. */
  readonly value: Uint8Array;
}

export const seq = (...parts: readonly Uint8Array[]): Uint8Array => derWrap(0x30, concatBytes(...parts));
export const octets = (bytes: Uint8Array): Uint8Array => derWrap(0x04, bytes);
export const enumerated = (number: number): Uint8Array => derWrap(0x0a, Uint8Array.of(number));
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An INTEGER of an unsigned number in hex. */
export function integer(hex: string): Uint8Array {
  const bytes = hexBytes(hex.length % 2 === 0 ? hex : `0${hex}`);
  return derWrap(0x02, (bytes[0] as number) & 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes);
}

export function oid(text: string): Uint8Array {
  const [a = 0, b = 0, ...rest] = text.split('.').map(Number);
  const bytes = [a * 40 + b, ...rest].flatMap((arc) => {
    const out = [arc & 0x7f];
    for (let n = Math.floor(arc / 128); n > 0; n = Math.floor(n / 128)) out.unshift(0x80 | (n & 0x7f));
    return out;
  });
  return derWrap(0x06, Uint8Array.from(bytes));
}

const digits = (ms: number) => new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
export const generalizedTime = (ms: number): Uint8Array => derWrap(0x18, ascii(digits(ms)));
/** UTCTime through 2049, as RFC 5280 §5.1.2.4 wants it. */
export const time = (ms: number): Uint8Array =>
  new Date(ms).getUTCFullYear() < 2050 ? derWrap(0x17, ascii(digits(ms).slice(2))) : generalizedTime(ms);

/** `Extensions`, or nothing when there are none. */
export function extensions(list: readonly TestExtension[], tag?: number): Uint8Array {
  if (list.length === 0) return new Uint8Array();
  const all = seq(
    ...list.map(({ oid: id, critical, value }) => seq(oid(id), critical ? hexBytes('0101ff') : new Uint8Array(), octets(value))),
  );
  return tag === undefined ? all : derWrap(tag, all);
}

const identifiers: Partial<Record<SignatureAlgorithm, string>> = {
  'rsa-pkcs1-sha256': '300d06092a864886f70d01010b0500',
  'rsa-pkcs1-sha384': '300d06092a864886f70d01010c0500',
  'rsa-pkcs1-sha512': '300d06092a864886f70d01010d0500',
  'ecdsa-sha256': '300a06082a8648ce3d040302',
  'ecdsa-sha384': '300a06082a8648ce3d040303',
  'ecdsa-sha512': '300a06082a8648ce3d040304',
  ed25519: '300506032b6570',
};

function algorithmOf({ privateKey }: RevocationSigner): { algorithm: SignatureAlgorithm; ec: boolean } {
  const spec = keySpecOf(privateKey);
  if (!spec) throw new TypeError('answers about revocation are signed with keys of our key specs');
  return { algorithm: signatureAlgorithmFor('x509', spec), ec: keyFacts(spec).type === 'ec' };
}

/** DER of the `AlgorithmIdentifier` that this signer uses. */
export function identifierOf(signer: RevocationSigner): Uint8Array {
  return hexBytes(identifiers[algorithmOf(signer).algorithm] ?? '');
}

/** `SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING, … }`. */
export function signed(
  tbs: Uint8Array,
  signer: RevocationSigner,
  identifier = identifierOf(signer),
  ...more: Uint8Array[]
): Uint8Array {
  const { algorithm, ec } = algorithmOf(signer);
  const { hash, parameters } = cryptoParameters(algorithm);
  const raw = sign(hash, tbs, { key: signer.privateKey, ...parameters });
  const signature = ec ? ecdsaToDer(raw) : raw;
  return seq(tbs, identifier, derWrap(0x03, concatBytes(Uint8Array.of(0), signature)), ...more);
}
