/** Media types, artifact types and predicate types of cosign (`cosign.md` §3, 5, 6, 7). */
export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';
/** Of a layer that holds a DSSE envelope. */
export const dsseEnvelopeType = 'application/vnd.dsse.envelope.v1+json';
/** Of the payload inside an envelope, and all that is ever accepted there. */
export const inTotoPayloadType = 'application/vnd.in-toto+json';
/** Of a sigstore bundle, and of the artifact that holds one. */
export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** Of the statement that stands for "this image is signed". */
export const signPredicateType = 'https://sigstore.dev/cosign/sign/v1';
export const statementType = 'https://in-toto.io/Statement/v1';
export const statementTypeV01 = 'https://in-toto.io/Statement/v0.1';
/** `critical.type` of a simple-signing payload. */
export const simpleSigningKind = 'cosign container image signature';

/** Annotations of a layer in a `.sig` or `.att` manifest (§3.3). The first has the misspelt prefix of cosign. */
export const layerAnnotations = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  logEntry: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
  predicateType: 'predicateType',
} as const;

/** Annotations of a bundle's manifest (§7.1). */
export const bundleAnnotations = {
  content: 'dev.sigstore.bundle.content',
  predicateType: 'dev.sigstore.bundle.predicateType',
  created: 'org.opencontainers.image.created',
} as const;

/** What is read at most, in bytes or pieces (§10). */
export const cosignLimits = {
  payloadBytes: 1 << 20,
  envelopeBytes: 128 << 20,
  bundleBytes: 16 << 20,
  /** Of all that is read about one image. */
  totalBytes: 256 << 20,
  layers: 1_000,
  referrers: 100,
  subjects: 1_024,
  digestsPerSubject: 32,
} as const;
