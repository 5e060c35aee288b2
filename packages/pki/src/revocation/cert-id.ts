import { concatBytes, derWrap, hexBytes, hexText, nodeCrypto } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { publicKeyBits } from '../public-key.js';
import { type DerReader, malformed, tags } from '../reader.js';

/** Hashes by which a responder may name the issuer (RFC 6960 §4.1.1): whoever answers in advance may not use the one of the question. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
const sha1Identifier = hexBytes('300906052b0e03021a0500');

const hash = (name: string, bytes: Uint8Array): Uint8Array => nodeCrypto().hash(name, bytes, 'buffer');

/** SHA-1 of a certificate's public key, as `ResponderID.byKey` holds it (RFC 6960 §4.2.1). */
export function keyHash({ spki }: Certificate): Uint8Array {
  return hash('sha1', publicKeyBits(spki));
}

/** Contents of a serial number's INTEGER. */
export function serialBytes({ serial }: Certificate): Uint8Array {
  const bytes = hexBytes(serial);
  return (bytes[0] as number) & 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes;
}

/** DER of the `CertID` that a certificate is asked about by: with SHA-1, because responders know no other (`notation.md` §10.1). */
export function certIdOf(certificate: Certificate, issuer: Certificate): Uint8Array {
  const nameHash = derWrap(tags.octetString, hash('sha1', issuer.subjectDer));
  const issuerKeyHash = derWrap(tags.octetString, keyHash(issuer));
  const serial = derWrap(tags.integer, serialBytes(certificate));
  return derWrap(tags.sequence, concatBytes(sha1Identifier, nameHash, issuerKeyHash, serial));
}

/**
 * Whether a `CertID` means this certificate: the issuer's name, its key and the serial number.
 * @throws SignError `ERR_MALFORMED`
 */
export function isCertId(reader: DerReader, certificate: Certificate, issuer: Certificate): boolean {
  const algorithm = reader.enter(tags.sequence);
  const name = hashes.get(algorithm.oid());
  if (algorithm.more) {
    const parameters = algorithm.take(tags.null);
    if (parameters.end !== parameters.contents) malformed('a NULL holds something');
  }
  algorithm.end();
  const nameHash = reader.contents(reader.take(tags.octetString));
  const issuerKeyHash = reader.contents(reader.take(tags.octetString));
  const serial = reader.contents(reader.take(tags.integer));
  reader.end();
  if (name === undefined) return false;
  const same = (given: Uint8Array, wanted: Uint8Array) => hexText(given) === hexText(wanted);
  return (
    same(serial, serialBytes(certificate)) &&
    same(nameHash, hash(name, issuer.subjectDer)) &&
    same(issuerKeyHash, hash(name, publicKeyBits(issuer.spki)))
  );
}
