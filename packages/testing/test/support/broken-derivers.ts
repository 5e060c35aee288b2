import type { DeriveOperation, KeyBackend } from '@securosys/core';

/** Members that replace those of a good backend. */
type Worsen = (good: KeyBackend) => Partial<KeyBackend>;

/** Derives in another way. */
const deriving =
  (worse: (operation: DeriveOperation, good: KeyBackend) => ReturnType<KeyBackend['begin']>): Worsen =>
  (good) => ({
    begin: (operation, o) => (operation.kind === 'derive' ? worse(operation, good) : good.begin(operation, o)),
  });

/** Changes secrets. */
const giving = (change: (secret: Uint8Array) => Uint8Array): Worsen =>
  deriving(async (operation, { begin }) => {
    const begun = await begin(operation);
    return 'done' in begun ? { done: change(begun.done) } : begun;
  });

const derives = 'the secret that it derives is that of the other side, as wide as the curve, in memory of its own';
const refuses = 'a derivation that it cannot do is refused: another curve, no curve, another key, a key that signs';

/** What is wrong, how, the claim that has to fail, and what it has to say. */
export const brokenDerivers: readonly (readonly [string, Worsen, string, RegExp])[] = [
  [
    'says that every key signs',
    ({ describeKey }) => ({ describeKey: async (ref, o) => ({ ...(await describeKey(ref, o)), usages: ['sign'] }) }),
    'a key that derives says so, and one that does not say that it signs does not sign (S4)',
    /usages of the ec-p256 key should include derive/,
  ],
  [
    'leaves zeros at the beginning of a secret out',
    giving((secret) => secret.slice(Math.max(0, secret.findIndex(Boolean)))),
    derives,
    /as wide as the curve/,
  ],
  ['turns the secret round', giving((secret) => secret.toReversed()), derives, /both sides should agree/],
  ['gives secrets in shared memory', giving((secret) => Buffer.from(secret)), derives, /is a Buffer/],
  [
    'derives with whatever key there is',
    deriving((operation, { begin }) => begin({ ...operation, key: { label: 'derives' } })),
    refuses,
    /with another pin: should have failed/,
  ],
  [
    'takes an unknown algorithm for the usual one',
    deriving((operation, { begin }) => begin({ ...operation, algorithm: 'ecdh' })),
    refuses,
    /unheard-of: should have failed/,
  ],
  [
    'makes something up for a point that is on no curve',
    deriving((operation, { begin }) => begin(operation).catch(() => ({ done: new Uint8Array(32) }))),
    refuses,
    /another curve: should have failed/,
  ],
  [
    'wipes the public key after use',
    deriving(async (operation, { begin }) => {
      const begun = await begin(operation);
      operation.publicKey.fill(0);
      return begun;
    }),
    'a public key that it is given stays as it was, and an aborted derivation rejects with the reason of its signal',
    /should not be written to/,
  ],
];
