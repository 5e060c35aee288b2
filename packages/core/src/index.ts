export {
  type Act,
  type ActContext,
  type ActEnding,
  type ActIdentity,
  actKey,
  type Kinship,
  type RequestPort,
  recordKey,
} from './act.js';
export * from './algorithms.js';
export { approverText } from './approver-text.js';
export * from './backend.js';
export * from './bytes.js';
export { type CborLimits, scanCbor } from './cbor.js';
export { changedClaim, contradictsChange, formerClaim, isMovedFromClaim, tagClaims } from './claims.js';
export * from './clock.js';
export * from './create-signer.js';
export * from './decrypter.js';
export * from './der.js';
export * from './deriver.js';
export * from './descriptor.js';
export * from './domains.js';
export * from './encrypt-to.js';
export * from './encryption-algorithms.js';
export * from './errors.js';
export * from './facts.js';
export * from './guards.js';
export * from './json.js';
export { keepFreedMemory } from './keep-memory.js';
export * from './key-agreement.js';
export * from './loopback.js';
export { loadMlDsa, type MlDsa, type MlDsaOptions } from './ml-dsa.js';
export * from './ml-dsa-spki.js';
export { nodeCrypto, nodeFiles } from './node-modules.js';
export * from './operation.js';
export * from './options.js';
export * from './pending-store.js';
export * from './prepared.js';
export * from './public-key.js';
export { beginAct, resumeAct } from './recorded.js';
export * from './sealer.js';
export * from './secret-intent.js';
export type { SecretKey, SecretKeyOptions, SecretRequest } from './secret-use.js';
export * from './signer.js';
export * from './symmetric-key.js';
export * from './text.js';
export { type TimeLimit, withTimeLimit } from './time-limit.js';
export type { Timestamper, TimestampHash } from './timestamper.js';
export * from './verifier.js';
export { withBackend } from './with-backend.js';
