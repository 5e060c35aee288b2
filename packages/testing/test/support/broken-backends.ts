import { ecdsaToDer, hashBytes, SignError, type SignOperation, utf8Bytes } from '@securosys/core';
import { createSentinel } from '../../src/index.js';
import type { FullBackend } from './approval-backend.js';

/** Members that replace those of a good backend. */
export type Worsen = (good: FullBackend) => Partial<FullBackend>;

/** What one of them shows. */
export const secret = createSentinel('pin');

/** Changes signatures that were made at once. */
const changing =
  (change: (signature: Uint8Array, operation: SignOperation) => Uint8Array): Worsen =>
  ({ begin }) => ({
    async begin(operation, options) {
      const begun = await begin(operation, options);
      return 'done' in begun ? { done: change(begun.done, operation) } : begun;
    },
  });

const pooled = (bytes: Uint8Array) => new Uint8Array(8192).fill(7).subarray(64, 64 + bytes.length);
const signs = 'every algorithm that fits a key signs: exact length, memory of its own, and it verifies';
const described = 'a described key is the key: spec and spkiSha256 are those of the public half, and it may sign';
const aborted = 'an aborted call rejects with the reason of its signal, unchanged';

/** What is wrong, how, the claim that has to fail, and what it has to say. */
export const broken: readonly (readonly [string, Worsen, string, RegExp])[] = [
  ['has no id', () => ({ id: '' }), 'its id is text that does not change', /the id should be text/],
  [
    'describes a key without its hash',
    ({ describeKey }) => ({ describeKey: async (ref, o) => ({ ...(await describeKey(ref, o)), ref }) }),
    described,
    /SHA-256 of spki/,
  ],
  [
    'calls every key P-256',
    ({ describeKey }) => ({ describeKey: async (ref, o) => ({ ...(await describeKey(ref, o)), spec: 'ec-p256' }) }),
    described,
    /spec should be that of the public half/,
  ],
  [
    'describes a key with the memory that it keeps',
    ({ describeKey }) => {
      const kept = new Map<string | undefined, ReturnType<FullBackend['describeKey']>>();
      return {
        async describeKey(ref, o) {
          const info = await describeKey(ref, o);
          if (!kept.has(info.ref.label)) kept.set(info.ref.label, Promise.resolve(info));
          return kept.get(info.ref.label) ?? info;
        },
      };
    },
    'a description is memory of its own: whoever changes it changes nothing',
    /should be what it was/,
  ],
  [
    'reports a missing key with an error of its own',
    ({ describeKey }) => ({
      describeKey: (ref, o) =>
        describeKey(ref, o).catch((error: unknown) => {
          throw SignError.is(error, 'ERR_KEY_NOT_FOUND') ? new Error('CKR_KEY_HANDLE_INVALID') : error;
        }),
    }),
    'a key that it does not have is ERR_KEY_NOT_FOUND, to describe and to use',
    /should fail with ERR_KEY_NOT_FOUND, not Error: CKR_KEY_HANDLE_INVALID \(not a SignError\)/,
  ],
  [
    'describes a key whatever hash is pinned',
    ({ describeKey }) => ({ describeKey: ({ spkiSha256, ...ref }, o) => describeKey(ref.label ? ref : { spkiSha256 }, o) }),
    'a key that is not the pinned one is refused (S7)',
    /with another hash: should have failed/,
  ],
  [
    'uses a key whatever hash is pinned',
    ({ begin }) => ({ begin: (operation, o) => begin({ ...operation, key: { label: operation.key.label ?? '' } }, o) }),
    'a pinned key is not used when the key is another one (S7)',
    /should have failed/,
  ],
  [
    'gives ECDSA as DER',
    changing((signature, { algorithm }) => (algorithm.startsWith('ecdsa') ? ecdsaToDer(signature) : signature)),
    signs,
    /ecdsa-sha256 with ec-p256: a signature has 64 bytes \(r‖s in fixed width, not DER\)/,
  ],
  [
    'gives a view into a pool',
    changing((signature) => {
      const view = pooled(signature);
      view.set(signature);
      return view;
    }),
    signs,
    /is a view of 256 bytes into 8192/,
  ],
  ['gives a Buffer', changing((signature) => Buffer.from(signature)), signs, /is a Buffer/],
  ['gives a signature of other bytes', changing((signature) => signature.map((byte) => byte ^ 1)), signs, /should verify/],
  [
    'signs the whole block that a message is a view of',
    ({ begin }) => ({
      begin: ({ input, ...rest }, o) =>
        begin({ ...rest, input: input.message ? { message: new Uint8Array(input.message.buffer) } : input }, o),
    }),
    signs,
    /should verify/,
  ],
  [
    'mixes up uses that happen at the same time',
    ({ begin }) => {
      let last: SignOperation;
      return {
        async begin(operation, o) {
          last = operation;
          await new Promise((resolve) => setImmediate(resolve));
          return begin({ ...operation, input: last.input }, o);
        },
      };
    },
    'many uses at the same time each sign their own message',
    /should verify/,
  ],
  [
    'wipes the message after use',
    ({ begin }) => ({
      async begin(operation, o) {
        const begun = await begin(operation, o);
        if (operation.key.label !== 'people') operation.input.message?.fill(0);
        return begun;
      },
    }),
    'what it is given stays as it was',
    /should not be written to/,
  ],
  [
    'takes no digest with its preimage',
    ({ begin }) => ({
      async begin(operation, o) {
        if (operation.input.digest) throw new SignError('ERR_CAPABILITY_MISSING', 'messages only');
        return begin(operation, o);
      },
    }),
    'a digest that comes with its preimage is signed as the message it stands for',
    /messages only/,
  ],
  [
    'hashes a digest once more',
    ({ begin }) => ({
      begin: ({ input, ...rest }, o) =>
        begin({ ...rest, input: input.digest && !input.preimage ? { message: input.digest } : input }, o),
    }),
    'a bare digest is signed as a digest or refused, never hashed again',
    /should verify/,
  ],
  [
    'computes what fits instead of what was asked',
    ({ begin }) => ({
      begin: (operation, o) => begin(operation.key.label === 'ed25519' ? { ...operation, algorithm: 'ed25519' } : operation, o),
    }),
    'an algorithm that a key cannot compute is ERR_ALGORITHM_UNSUPPORTED',
    /with ed25519: should have failed/,
  ],
  [
    'takes every operation for a signature',
    ({ begin }) => ({ begin: (operation, o) => begin({ ...operation, kind: 'sign' }, o) }),
    'an operation that it does not know is ERR_CAPABILITY_MISSING',
    /unheard-of: should have failed/,
  ],
  ['ignores the signal', ({ begin }) => ({ begin: (operation) => begin(operation) }), aborted, /begin: should have failed/],
  [
    'wraps the reason of the signal',
    ({ describeKey }) => ({
      describeKey: (ref, o) =>
        describeKey(ref, o).catch((cause: unknown) => {
          throw o?.signal?.aborted ? new SignError('ERR_TIMEOUT', 'aborted', { cause }) : cause;
        }),
    }),
    aborted,
    /describeKey should reject with signal.reason/,
  ],
  [
    'gives certificates as PEM',
    () => ({ certificates: async () => [utf8Bytes('-----BEGIN CERTIFICATE-----')] }),
    'certificates are DER in memory of their own, or there are none',
    /ERR_MALFORMED|not strict DER/,
  ],
  [
    'lists a key twice',
    ({ listKeys }) => ({
      async *listKeys() {
        yield* listKeys();
        yield* listKeys();
      },
    }),
    'the list of keys holds every key once, as it is described by itself',
    /no key should be listed twice/,
  ],
  [
    'shows its PIN when it is inspected',
    (good) => Object.assign({}, good, { options: { pin: secret } }),
    'looking at it shows no secret (S37)',
    /'pin' shows as text/,
  ],
  [
    'calls a key with approvals a plain one',
    ({ describeKey }) => ({ describeKey: async (ref, o) => ({ ...(await describeKey(ref, o)), needsApproval: false }) }),
    'a key that people decide on says so when it is described',
    /should need approval/,
  ],
  [
    'tells nobody who has approved',
    ({ poll }) => ({
      async poll(id, o) {
        const { approvals, ...state } = await poll(id, o);
        return state;
      },
    }),
    'a use that nobody has decided on is pending, and a look at it shows the approvals',
    /approvals.approvedBy should be a list/,
  ],
  [
    'gives the digest for the result of an approved use',
    ({ poll }) => ({
      async poll(id, o) {
        const state = await poll(id, o);
        return state.status === 'executed' ? { ...state, result: hashBytes('sha512', state.result) } : state;
      },
    }),
    'an approved use is executed, and every look shows the one result, which verifies',
    /should verify/,
  ],
  [
    'calls a rejection a failure',
    ({ poll }) => ({
      async poll(id, o) {
        const state = await poll(id, o);
        return state.status === 'rejected' ? { status: 'failed' } : state;
      },
    }),
    'a rejected use says so, and has no result',
    /failed/,
  ],
  [
    'refuses to cancel twice',
    ({ cancel, poll }) => ({
      async cancel(id, o) {
        if ((await poll(id)).status === 'cancelled') throw new SignError('ERR_CONFLICT', 'cancelled already');
        return cancel(id, o);
      },
    }),
    'a cancelled use says so, and cancelling what has ended is no error',
    /cancelled already/,
  ],
  [
    'forgets requests among the candidates',
    () => ({
      async *candidates() {
        yield 'request 0';
      },
    }),
    'requests have ids of their own, and are among the candidates after a lost answer',
    /candidates should list every open request/,
  ],
  [
    'takes an unknown request for a pending one',
    ({ poll }) => ({
      poll: (id, o) =>
        poll(id, o).catch((error: unknown) => {
          if (SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) return { status: 'pending' as const };
          throw error;
        }),
    }),
    'a request that it does not have is ERR_REQUEST_NOT_FOUND',
    /should have failed/,
  ],
  [
    'makes a request although the call was aborted',
    ({ begin }) => ({
      async begin(operation, o) {
        const begun = await begin(operation);
        o?.signal?.throwIfAborted();
        return begun;
      },
    }),
    'an aborted call makes no request, and an aborted look changes none',
    /there should be no new request/,
  ],
  [
    'answers a watch that ran out with something new',
    () => ({ watch: async () => ({ status: 'approved' }) }),
    'who watches a request hears of its end, and before that of nothing when nothing happens',
    /should answer what was known/,
  ],
  [
    'ends every watch when one of those who wait gives up',
    ({ watch }) => {
      const waiting: ((reason: unknown) => void)[] = [];
      return {
        watch: (id, known, o) => {
          const given = new Promise<never>((_, reject) => {
            waiting.push(reject);
            o?.signal?.addEventListener('abort', () => {
              for (const end of waiting) end(o.signal?.reason);
            });
          });
          return Promise.race([watch(id, known, o), given]);
        },
      };
    },
    'a watch ends with the signal of whoever waits, and with nobody else’s',
    /others should go on watching/,
  ],
  [
    'recognises every request as its own',
    () => ({ recognises: async () => true }),
    'a request is recognised as that of its own operation, and of no other, as far as it can tell',
    /another one should not be recognised/,
  ],
  [
    'can be closed once',
    ({ close }) => {
      let closed = false;
      return {
        async close() {
          if (closed) throw new Error('closed already');
          closed = true;
          await close();
        },
      };
    },
    'closing it twice is no error',
    /closed already/,
  ],
];
