/** An envelope taken apart and nothing more: whether any of it is true is for `openEnvelope` to find out. */
export interface EnvelopeParts {
  /** The exact bytes that are signed: `protected.payload` of a JWS as they stood in the envelope, or the Sig_structure of COSE. */
  readonly signingInput: Uint8Array;
  /** Encoded protected header: JSON in JWS, CBOR in COSE. */
  readonly protected: Uint8Array;
  /** Decoded payload, JSON. */
  readonly payload: Uint8Array;
  /** ECDSA as r‖s, RSA as long as the modulus. */
  readonly signature: Uint8Array;
  /** DER, leaf first, as found. */
  readonly certificates: readonly Uint8Array[];
  /** DER of an RFC 3161 TimeStampToken. */
  readonly timestamp?: Uint8Array;
  /** Free text that must never change a verdict. */
  readonly signingAgent?: string;
}
