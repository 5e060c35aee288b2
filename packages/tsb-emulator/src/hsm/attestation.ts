import { base64Text, ownBytes, utf8Bytes } from '@securosys/core';
import type { KeyAttestation } from '@securosys/tsb-client/api';
import type { AttestationChain } from './attestation-chain.js';
import { type AttestationKey, attestationKeyName } from './attestation-key.js';
import { type AttestableKey, attestationXml } from './attestation-xml.js';

/** A key's attestation in its parts. */
export interface Attestation {
  readonly label: string;
  /** SubjectPublicKeyInfo DER of the attested key; absent for a symmetric one. */
  readonly spki: Uint8Array | undefined;
  readonly xml: string;
  /** Over the UTF-8 bytes of `xml`. */
  readonly signature: Uint8Array;
  /** DER, the attestation key's first, without the root. */
  readonly chain: readonly Uint8Array[];
  /** SubjectPublicKeyInfo DER. */
  readonly attestationSpki: Uint8Array;
}

/** What of a partition attests. */
export interface Attestor {
  readonly attestationKey: AttestationKey;
  readonly attestationChain: AttestationChain;
}

/** @param now seconds since 1970 */
export async function attest(
  { attestationKey, attestationChain }: Attestor,
  key: AttestableKey,
  now: number,
): Promise<Attestation> {
  const xml = attestationXml(key, now);
  return {
    label: key.label,
    spki: key.spki,
    xml,
    signature: attestationKey.sign(utf8Bytes(xml)),
    chain: await attestationChain.certificates(),
    attestationSpki: ownBytes(attestationKey.publicKey.export({ format: 'der', type: 'spki' })),
  };
}

/** The JSON twin (`tsb-rest-api.md` §2.3). */
export function attestationView({ spki, xml, signature, chain }: Attestation): KeyAttestation {
  return {
    attestationKeyName,
    signingKeyAttestationXml: xml,
    ...(spki && { signingKeyPublicKey: base64Text(spki) }),
    signingKeyAttestationCertificate: chain.map(base64Text),
    signingKeyAttestationSignatureBase64: base64Text(signature),
  };
}
