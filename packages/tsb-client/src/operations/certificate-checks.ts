import {
  algorithmFitsKey,
  derBytes,
  derChildren,
  ecdsaFromDer,
  equalBytes,
  keyFacts,
  keySpecOf,
  ownBytes,
  publicKeyFromSpki,
  readDer,
  SignError,
  scanDer,
  sha256Hex,
  utf8Text,
  verifySignature,
} from '@securosys/core';
import { type Certificate, csrFormat } from '@securosys/pki';
import { algorithmsNamed } from '../backend/algorithms.js';

/** Contents of the OBJECT IDENTIFIER 2.5.4.3. */
const commonNameOid = Uint8Array.of(0x55, 0x04, 0x03);

/** Something that a key signed, and what with. */
interface Signed {
  readonly spki: Uint8Array;
  /** The API's name. */
  readonly algorithm: string;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

function mismatch(what: string): never {
  throw new SignError('ERR_SIGNATURE_MISMATCH', what);
}

/** Algorithms that this SDK does not compute are taken on the TSB's word. */
function assertSigned({ spki, algorithm, bytes, signature }: Signed): void {
  const named = algorithmsNamed(algorithm, 0);
  if (named.length === 0) return;
  const key = publicKeyFromSpki(spki);
  const spec = keySpecOf(key);
  const ours = spec && named.find((one) => algorithmFitsKey(one, spec));
  if (!spec || !ours) mismatch('the TSB answered with something that this kind of key cannot sign');
  const { type, signatureBytes } = keyFacts(spec);
  const raw = type === 'ec' ? ecdsaFromDer(signature, signatureBytes / 2) : signature;
  if (!verifySignature(key, ours, bytes, raw)) mismatch('the TSB answered with something that this key did not sign');
}

/** A request for a certificate, taken apart. */
export interface SigningRequest {
  readonly der: Uint8Array<ArrayBuffer>;
  /** What the signature covers. */
  readonly signed: Uint8Array;
  /** Contents of the BIT STRING. */
  readonly signature: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly spkiSha256: string;
  /** Name, DER. */
  readonly subjectDer: Uint8Array;
}

/**
 * Reads a certificate signing request (RFC 2986). Nothing in it has been checked against a key.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readRequest(der: Uint8Array): SigningRequest {
  scanDer(der, { what: 'certificate signing request' });
  const [info, , bits] = derChildren(der, readDer(der, 0));
  if (!info || !bits || bits.tag !== 0x03 || der[bits.contents] !== 0)
    throw new SignError('ERR_MALFORMED', 'a certificate signing request has three parts');
  const signed = derBytes(der, info);
  const [, subject, key] = derChildren(der, info);
  if (!csrFormat.explain(signed) || !subject || !key) throw new SignError('ERR_MALFORMED', 'the signing request cannot be read');
  const spki = derBytes(der, key);
  return {
    der: ownBytes(der),
    signed,
    signature: der.subarray(bits.contents + 1, bits.end),
    spki,
    spkiSha256: sha256Hex(spki),
    subjectDer: derBytes(der, subject),
  };
}

/**
 * Checks that the key inside a signing request signed it.
 * @throws SignError `ERR_SIGNATURE_MISMATCH`, `ERR_MALFORMED`
 */
export function assertRequested({ spki, signed: bytes, signature }: SigningRequest, algorithm: string): void {
  assertSigned({ spki, algorithm, bytes, signature });
}

/**
 * Checks who signed a certificate.
 * @param issuer SubjectPublicKeyInfo DER
 * @throws SignError `ERR_SIGNATURE_MISMATCH`, `ERR_MALFORMED`
 */
export function assertIssued({ tbs: bytes, signature }: Certificate, algorithm: string, issuer: Uint8Array): void {
  assertSigned({ spki: issuer, algorithm, bytes, signature });
}

/** Common names of a name (RFC 5280 §4.1.2.4), in the two forms of text that they have nowadays. */
export function commonNamesOf(name: Uint8Array): readonly string[] {
  const parts = derChildren(name, readDer(name, 0)).flatMap((set) => derChildren(name, set));
  return parts.flatMap((pair) => {
    const [oid, value] = derChildren(name, pair);
    const isName = oid && equalBytes(name.subarray(oid.contents, oid.end), commonNameOid);
    if (!isName || !value || (value.tag !== 0x0c && value.tag !== 0x13)) return [];
    return [utf8Text(name.subarray(value.contents, value.end), 'common name')];
  });
}
