/** Names of the Notary Project specification (`notation.md` §1), each written down once. */

/** Content type of every payload: JWS `cty`, COSE label 3. */
export const payloadType = 'application/vnd.cncf.notary.payload.v1+json';
export const jwsMediaType = 'application/jose+json';
export const coseMediaType = 'application/cose';
/** Media types that an envelope can have. */
export type EnvelopeMediaType = typeof jwsMediaType | typeof coseMediaType;
/** Artifact type of Notary signatures, and config media type of their manifests (`notation.md` §7). */
export const signatureArtifactType = 'application/vnd.cncf.notary.signature';
export const imageManifestType = 'application/vnd.oci.image.manifest.v1+json';
export const emptyConfigType = 'application/vnd.oci.empty.v1+json';

/** The two bytes `{}`, which are the config of every signature manifest. */
export const emptyConfigDigest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

/** Header and annotation names that begin so belong to the specification. */
export const reservedPrefix = 'io.cncf.notary';

export const attribute = {
  signingScheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  verificationPlugin: 'io.cncf.notary.verificationPlugin',
  verificationPluginMinVersion: 'io.cncf.notary.verificationPluginMinVersion',
} as const;

export const unsignedAttribute = {
  certificates: 'x5c',
  timestamp: 'io.cncf.notary.timestampSignature',
  signingAgent: 'io.cncf.notary.signingAgent',
} as const;

/** Labels of COSE headers that Notary uses (`notation.md` §6, RFC 9052 §3.1, RFC 9360 §2). */
export const coseLabel = { algorithm: 1, critical: 2, contentType: 3, certificates: 33 } as const;

export const thumbprintAnnotation = 'io.cncf.notary.x509chain.thumbprint#S256';
export const createdAnnotation = 'org.opencontainers.image.created';

/** Largest envelope in bytes. Real ones have 3 to 10 KiB; notation itself stops at 32 MiB. */
export const maxEnvelopeBytes = 4 * 1024 * 1024;
/** Largest protected header in bytes. */
export const maxHeaderBytes = 64 * 1024;
/**
 * Largest payload in bytes. Real ones have a few hundred; verdicts keep what is signed, and whoever may push can push a hundred of them.
 */
export const maxPayloadBytes = 256 * 1024;
/** Most certificates of one chain. */
export const maxChainLength = 16;
