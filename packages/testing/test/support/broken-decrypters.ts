import { type DecryptOperation, type KeyBackend, SignError } from '@securosys/core';

/** Members that replace those of a good backend. */
type Worsen = (good: KeyBackend) => Partial<KeyBackend>;

/** Decrypts in another way. */
const decrypting =
  (worse: (operation: DecryptOperation, good: KeyBackend) => ReturnType<KeyBackend['begin']>): Worsen =>
  (good) => ({
    begin: (operation, o) => (operation.kind === 'decrypt' ? worse(operation, good) : good.begin(operation, o)),
  });

const decrypts = 'what others encrypted to its public half it decrypts, with every algorithm, in memory of its own';
const refuses = 'a decryption that it cannot do is refused: another algorithm, another key, a key that signs';

/** What is wrong, how, the claim that has to fail, and what it has to say. */
export const brokenDecrypters: readonly (readonly [string, Worsen, string, RegExp])[] = [
  [
    'says that every key signs',
    ({ describeKey }) => ({ describeKey: async (ref, o) => ({ ...(await describeKey(ref, o)), usages: ['sign'] }) }),
    'a key that decrypts says so, and one that does not say that it signs does not sign (S4)',
    /usages of decrypts should include decrypt/,
  ],
  [
    'gives the plaintext with the padding before it',
    decrypting(async (operation, { begin }) => {
      const begun = await begin(operation);
      return 'done' in begun ? { done: new Uint8Array([0, ...begun.done]) } : begun;
    }),
    decrypts,
    /rsa-oaep-sha1: the plaintext should be what was encrypted/,
  ],
  [
    'gives plaintexts in shared memory',
    decrypting(async (operation, { begin }) => {
      const begun = await begin(operation);
      return 'done' in begun ? { done: Buffer.from(begun.done) } : begun;
    }),
    decrypts,
    /is a Buffer/,
  ],
  [
    'uses one hash for all',
    decrypting((operation, { begin }) => begin({ ...operation, algorithm: 'rsa-oaep-sha1' })),
    decrypts,
    /cannot be decrypted/,
  ],
  [
    'gives the plaintext for the ciphertext',
    ({ begin }) => ({
      begin: async (operation, o) => (operation.kind === 'encrypt' ? { done: operation.plaintext } : begin(operation, o)),
    }),
    'what it encrypts is as long as the modulus, never twice the same, and decrypts; or it does not encrypt',
    /cannot be decrypted/,
  ],
  [
    'tells which byte of a ciphertext is wrong',
    ({ begin }) => {
      let told = 0;
      return {
        begin: (operation, o) =>
          begin(operation, o).catch((error: unknown) => {
            throw SignError.is(error, 'ERR_REQUEST_FAILED')
              ? new SignError(error.code, `wrong padding in byte ${told++}`)
              : error;
          }),
      };
    },
    'damaged ciphertexts are refused, all in the same words (S16)',
    /same words/,
  ],
  [
    'decrypts with whatever key there is',
    decrypting((operation, { begin }) => begin({ ...operation, key: { label: 'decrypts' } })),
    refuses,
    /with another pin: should have failed/,
  ],
  [
    'takes an unknown algorithm for the usual one',
    decrypting((operation, { begin }) =>
      begin({ ...operation, algorithm: operation.algorithm.startsWith('rsa') ? operation.algorithm : 'rsa-oaep-sha256' }),
    ),
    refuses,
    /unheard-of: should have failed/,
  ],
  [
    'wipes the ciphertext after use',
    decrypting(async (operation, { begin }) => {
      const begun = await begin(operation);
      operation.ciphertext.fill(0);
      return begun;
    }),
    'a ciphertext that it is given stays as it was, and an aborted decryption rejects with the reason of its signal',
    /should not be written to/,
  ],
];
