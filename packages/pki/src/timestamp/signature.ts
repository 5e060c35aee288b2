import { equalBytes, hashBytes, hexText, type SignatureAlgorithm } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { signatureVerifies } from '../issuance.js';
import { DerReader, tags } from '../reader.js';
import { algorithmOfIdentifier } from '../signature-algorithms.js';
import { timeOf } from '../times.js';
import { hashOfOid } from './hashes.js';
import { reading, refuse } from './reasons.js';
import type { TimestampSigner } from './signer-info.js';
import { type TimestampToken, tstInfoOid } from './token.js';

const contentType = '1.2.840.113549.1.9.3';
const messageDigest = '1.2.840.113549.1.9.4';
const signingTime = '1.2.840.113549.1.9.5';
/** `rsaEncryption` with NULL, which leaves the hash to `digestAlgorithm` (RFC 3370 §3.2). */
const rsaEncryption = '300d06092a864886f70d0101010500';

/** RSA and ECDSA with SHA-2 only (step 6). */
function algorithmOf(signer: TimestampSigner): SignatureAlgorithm {
  const hash = hashOfOid(signer.digestOid);
  if (!hash) refuse('signature-algorithm');
  if (hexText(signer.signatureAlgorithm) === rsaEncryption) return `rsa-pkcs1-${hash}`;
  const algorithm = algorithmOfIdentifier(signer.signatureAlgorithm);
  return !algorithm || algorithm === 'ed25519' ? refuse('signature-algorithm') : algorithm;
}

/**
 * The signature over the signed attributes (step 6).
 * @param signedAttributes DER of the SET
 * @throws SignError
 */
export function checkSignature(signer: TimestampSigner, signedAttributes: Uint8Array, certificate: Certificate): void {
  const parts = {
    tbs: signedAttributes,
    signature: signer.signature,
    signatureAlgorithm: algorithmOf(signer),
    signatureOid: '',
  };
  if (!signatureVerifies(parts, certificate)) refuse('signature-mismatch');
}

/** The only value of a signed attribute (RFC 5652 §11.1 to §11.3: each has exactly one). */
function onlyValue<T>(values: Uint8Array, what: string, read: (reader: DerReader) => T): T {
  return reading('token-malformed', 'token-limit', () => {
    const reader = new DerReader(values, { tag: tags.set, start: 0, contents: 0, end: values.byteLength }, what);
    const value = read(reader);
    reader.end();
    return value;
  });
}

/**
 * What the signed attributes say about the content and about time (step 7).
 * @param chain that of the certificate that signed
 * @throws SignError
 */
export function checkSignedAttributes(token: TimestampToken, signer: TimestampSigner, chain: readonly Certificate[]): void {
  const type = signer.attributes.get(contentType);
  if (!type || onlyValue(type, 'content-type', (value) => value.oid()) !== tstInfoOid) refuse('signed-content-type');

  const digest = signer.attributes.get(messageDigest);
  const hash = hashOfOid(signer.digestOid);
  if (!digest || !hash) refuse('message-digest');
  const signed = onlyValue(digest, 'message-digest', (value) => value.contents(value.take(tags.octetString)));
  if (!equalBytes(signed, hashBytes(hash, token.tstInfo))) refuse('message-digest');

  const time = signer.attributes.get(signingTime);
  if (!time) return;
  const at = onlyValue(time, 'signing-time', (value) => timeOf(value.bytes, value.any()));
  if (!chain.every(({ notBefore, notAfter }) => at >= notBefore && at <= notAfter)) refuse('signing-time');
}
