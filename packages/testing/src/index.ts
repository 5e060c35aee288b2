export * from './clock.js';
export { createFakeTsb, type TestTsb, type TestTsbOptions } from './fake-tsb/create.js';
export type { TestKeyOptions, TestPartition } from './fake-tsb/named-partition.js';
export type { KeyApprovers } from './fake-tsb/people.js';
export { type StartedTsb, type StartedTsbOptions, startFakeTsb } from './fake-tsb/start.js';
export * from './key-backend-suite.js';
export { type MswHttp, mswHandlers } from './msw.js';
export { expectOwnMemory, type OwnMemoryOptions } from './own-memory.js';
export * from './pending-store-suite.js';
export * from './registry.js';
export {
  createRevocationServer,
  type RevocationAuthority,
  type RevocationAuthorityOptions,
  type RevocationServer,
  type RevocationServerFault,
  type RevocationSigner,
  type TestCrl,
  type TestExtension,
  type TestOcspAnswer,
  type TestOcspResponse,
  type TestRevocation,
} from './revocation-server.js';
export { createRunningClock } from './running-clock.js';
export { createSentinel, type SecretForm, secretForms } from './secret-forms.js';
export { expectNoSecret, findLeaks, type Leak, type Outcome, type Secrets, type Watch, type WatchOptions } from './sentinels.js';
export {
  createFakeTsa,
  type FakeTsa,
  type FakeTsaFault,
  type FakeTsaOptions,
  type FakeTstInfo,
  type TsaIdentity,
} from './timestamp-authority.js';
