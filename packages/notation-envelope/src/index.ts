export { type JwsEnvelope, parseJwsEnvelope } from './jws-envelope.js';
export { type NotationPrepareOptions, notationJws } from './notation-jws.js';
export { type OpenEnvelope, openEnvelope } from './open-envelope.js';
export type { ReasonCode } from './refusal.js';
export type { NotationSignature } from './signature.js';
export { type SignatureManifestOptions, signatureManifest } from './signature-manifest.js';
export type { SignedAttributes, SigningScheme } from './signed-attributes.js';
