export * from './clock.js';
export * from './key-backend-suite.js';
export { type MswHttp, mswHandlers } from './msw.js';
export { expectOwnMemory, type OwnMemoryOptions } from './own-memory.js';
export * from './registry.js';
export { createSentinel, type SecretForm, secretForms } from './secret-forms.js';
export { expectNoSecret, findLeaks, type Leak, type Outcome, type Secrets, type Watch, type WatchOptions } from './sentinels.js';
