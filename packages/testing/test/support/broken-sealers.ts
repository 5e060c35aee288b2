import { type OpenOperation, type SealOperation, SignError } from '@securosys/core';
import type { MemoryBackend } from '@securosys/core/memory';

/** Members that replace those of a good backend. */
type Worsen = (good: MemoryBackend) => Partial<MemoryBackend>;

/** Seals or opens in another way. */
const using =
  (worse: (operation: SealOperation | OpenOperation, good: MemoryBackend) => ReturnType<MemoryBackend['begin']>): Worsen =>
  (good) => ({
    begin: (operation, o) =>
      (operation.kind === 'seal' || operation.kind === 'open') && !o?.signal?.aborted
        ? worse(operation, good)
        : good.begin(operation, o),
  });

const describes =
  'a symmetric key says what it may do, and is the same key each time it is described: another pin is refused (S7)';
const seals = 'what a symmetric key sealed it opens, in memory of its own, and it never seals twice the same';
const changed =
  'what was changed is not opened: a bit anywhere, other additional data, another key, and all in the same words (S16)';
const refuses =
  'sealing and opening that it cannot do are refused: another algorithm, no such key, a key that signs, too much at once';
const stays =
  'a plaintext that is to be sealed stays as it was, and an aborted use of a symmetric key rejects with the reason of its signal';

let first: Uint8Array | undefined;
let opened = 0;

/** What is wrong, how, the claim that has to fail, and what it has to say. */
export const brokenSealers: readonly (readonly [string, Worsen, string, RegExp])[] = [
  [
    'describes every key as one',
    ({ describeSymmetricKey }) => ({
      describeSymmetricKey: async (ref, o) => {
        const info = await describeSymmetricKey({ label: ref.label ?? '' }, o);
        return { ...info, ref: { ...info.ref, checkSha256: 'a'.repeat(64) } };
      },
    }),
    describes,
    /two keys should have two check values|another pin/,
  ],
  [
    'describes a key whatever is pinned',
    ({ describeSymmetricKey }) => ({ describeSymmetricKey: ({ label = '' }, o) => describeSymmetricKey({ label }, o) }),
    describes,
    /another pin: should have failed/,
  ],
  [
    'uses an initialisation vector twice',
    using(async (operation, { begin }) => {
      const begun = await begin(operation);
      if (operation.kind === 'open' || !('done' in begun)) return begun;
      first ??= begun.done;
      const { byteLength } = begun.done;
      return first.byteLength === byteLength ? { done: Uint8Array.from(first) } : begun;
    }),
    seals,
    /no initialisation vector should be used twice|the plaintext should be what was sealed/,
  ],
  [
    'seals without the additional data',
    using(async (operation, { begin }) => {
      const { aad: _, ...without } = operation;
      return begin(without);
    }),
    changed,
    /a changed text: should have failed/,
  ],
  [
    'says what was wrong',
    using((operation, { begin }) =>
      begin(operation).catch((error: unknown) => {
        throw SignError.is(error, 'ERR_REQUEST_FAILED') ? new SignError('ERR_REQUEST_FAILED', `reason ${++opened}`) : error;
      }),
    ),
    changed,
    /in the same words/,
  ],
  [
    'takes an unknown algorithm for the usual one',
    using((operation, { begin }) => begin({ ...operation, algorithm: 'aes-gcm' })),
    refuses,
    /unheard-of algorithm: should have failed/,
  ],
  [
    'writes to what it is to seal',
    using(async (operation, { begin }) => {
      const begun = await begin(operation);
      if (operation.kind === 'seal') operation.plaintext.fill(0);
      return begun;
    }),
    stays,
    /the plaintext should not be written to/,
  ],
];
