import { dto } from './dto.js';
import { type Infer, list, object, optional } from './shape.js';
import { base64, text } from './values.js';

const chainShape = object({
  /** Base64 DER, attestation certificate first. */
  attestationCertificateChain: list(base64),
});

const keyAttestationShape = object({
  attestationKeyName: optional(text),
  /** What the attestation key signed. */
  signingKeyAttestationXml: text,
  signingKeyPublicKey: optional(text),
  signingKeyAttestationCertificate: list(text),
  /** Base64; RSA PKCS#1 v1.5 with SHA-256 over the UTF-8 bytes of the XML. */
  signingKeyAttestationSignatureBase64: base64,
});

/** Certificates of the key that attests (§2.3). */
export interface AttestationChain extends Infer<typeof chainShape> {}
/** A key attestation as JSON, the twin of the downloaded archive (§2.3). */
export interface KeyAttestation extends Infer<typeof keyAttestationShape> {}

/** {@link AttestationChain} on the wire. */
export const attestationChainDto = dto<AttestationChain>('attestation chain', chainShape);
/** {@link KeyAttestation} on the wire. */
export const keyAttestationDto = dto<KeyAttestation>('key attestation', keyAttestationShape);
