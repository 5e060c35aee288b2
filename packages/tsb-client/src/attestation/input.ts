import { base64Bytes, invalidArgument, ownBytes, SignError, utf8Bytes } from '@securosys/core';
import type { KeyAttestation } from '../api/attestation.js';
import { readArchive } from './archive.js';
import { maxXmlBytes } from './parse-attestation.js';

/** An attestation in its parts, as the key-attribute calls and the chain call give them. */
export interface AttestationParts {
  /** Exactly as received: the signature covers its bytes (a text's UTF-8). */
  readonly xml: string | Uint8Array;
  /** Raw, or base64 as in answers. */
  readonly xmlSignature: string | Uint8Array;
  /** Certificate of the attestation key first: DER, or texts of base64 DER or PEM as in answers. The root may be left out. */
  readonly chain: readonly (string | Uint8Array)[];
}

/** A downloaded archive (`POST /v1/key/keyAttestation`). */
export interface AttestationArchive {
  /** Bytes of the zip file. */
  readonly zip: Uint8Array;
}

/** An attestation in any of the forms that a TSB gives it out in (`tsb-rest-api.md` §2.3). */
export type AttestationInput = AttestationParts | KeyAttestation | AttestationArchive;

/** The same, in bytes. */
export interface AttestationBytes {
  readonly xml: Uint8Array;
  readonly signature: Uint8Array;
  /** DER or PEM, the attestation key's first; one entry may hold several. */
  readonly chain: readonly Uint8Array[];
}

/** One more than a signature of RSA-8192 has. */
const maxSignatureBytes = 1025;
const maxChainEntries = 8;

function certificateBytes(certificate: unknown): Uint8Array {
  if (certificate instanceof Uint8Array) return certificate;
  if (typeof certificate !== 'string') invalidArgument('a chain holds certificates as bytes or text');
  return certificate.includes('-----BEGIN') ? utf8Bytes(certificate) : base64Bytes(certificate, 'certificate');
}

/**
 * @throws SignError `ERR_INVALID_ARGUMENT` for something of another shape, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function attestationBytes(input: AttestationInput): Promise<AttestationBytes> {
  if (typeof input !== 'object' || input === null) invalidArgument('an attestation is an object');
  if ('zip' in input) return readArchive(input.zip);
  const [xml, signature, chain] =
    'signingKeyAttestationXml' in input
      ? [input.signingKeyAttestationXml, input.signingKeyAttestationSignatureBase64, input.signingKeyAttestationCertificate]
      : [input.xml, input.xmlSignature, input.chain];
  for (const [name, part] of Object.entries({ xml, xmlSignature: signature }))
    if (typeof part !== 'string' && !(part instanceof Uint8Array)) invalidArgument(`the attestation has no ${name}`);
  if (!Array.isArray(chain)) invalidArgument('the attestation has no chain');
  if (xml.length > maxXmlBytes) throw new SignError('ERR_LIMIT', `attestation is over ${maxXmlBytes} bytes`);
  if (signature.length > 2 * maxSignatureBytes) throw new SignError('ERR_LIMIT', 'the signature of the attestation is too long');
  if (chain.length > maxChainEntries) throw new SignError('ERR_LIMIT', `a chain has at most ${maxChainEntries} entries`);
  return {
    // A copy: what was verified is what is parsed, whatever the caller does with theirs meanwhile.
    xml: typeof xml === 'string' ? utf8Bytes(xml) : ownBytes(xml),
    signature: typeof signature === 'string' ? base64Bytes(signature, 'signature of the attestation') : ownBytes(signature),
    chain: chain.map(certificateBytes),
  };
}
