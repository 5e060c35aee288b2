import type { ActContext } from './act.js';
import type { KeyBackend, KeyRef } from './backend.js';
import { checkedBatch } from './batch.js';
import { beginGuarded } from './begin-guarded.js';
import { equalBytes, ownBytes, sha256Hex, wipe } from './bytes.js';
import { type Clock, systemClock } from './clock.js';
import { invalidArgument, knownOptions, SignError } from './errors.js';
import { guarding } from './guarding.js';
import { openAct } from './open-act.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import { createMemoryStore, type PendingStore } from './pending-store.js';
import type { SecretIntent } from './secret-intent.js';
import type { SecretKeyOptions, SecretRequest } from './secret-use.js';
import { checkSeal, pinSymmetric, type SealAlgorithm, type SymmetricKeyInfo, sealOverhead } from './symmetric-key.js';

/** One short plaintext to be sealed. */
export interface SealRequest {
  readonly algorithm: SealAlgorithm;
  /** At most `maxSealBytes`. */
  readonly plaintext: Uint8Array;
  /** Authenticated along with it; the same has to be there when it is opened. */
  readonly aad?: Uint8Array;
}

/** One sealed text to be opened. */
export interface OpenRequest extends SecretRequest {
  readonly algorithm: SealAlgorithm;
  /** `iv ‖ ciphertext ‖ tag`. */
  readonly sealed: Uint8Array;
  /** As when it was sealed. */
  readonly aad?: Uint8Array;
}

/** How a symmetric key is bound. */
export type SealerOptions = SecretKeyOptions;

/** A symmetric key bound to a backend. Who may seal with it may open, too, as far as the backend does not tell them apart. */
export interface Sealer {
  readonly backend: KeyBackend;
  readonly ref: KeyRef;
  readonly store: PendingStore;
  readonly clock: Clock;
  /** Asked once and remembered. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, `ERR_CAPABILITY_MISSING` */
  describe(options?: CallOptions): Promise<SymmetricKeyInfo>;
  /**
   * Seals, and, where that asks nobody, opens the result again before it is given out: what no backend can open is found now and not in a year.
   * The backend describes the key once more afterwards: what another key sealed that took its name is not given out.
   * @returns `iv ‖ ciphertext ‖ tag`
   * @throws SignError `ERR_LIMIT`, `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`; `ERR_CAPABILITY_MISSING` for a key whose sealing people have
   * to approve; `ERR_KEY_CHANGED`; `ERR_PROTOCOL` for a result that does not open; and those of the backend
   */
  seal(request: SealRequest, options?: CallOptions): Promise<Uint8Array>;
  /**
   * All that {@link Sealer.begin} checks before the backend is asked, and every guard's `judge`. Uses no key and asks no people; guards are
   * told of a refusal, and of nothing else.
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT`, `ERR_VETOED`
   */
  check(request: OpenRequest, options?: CallOptions): Promise<void>;
  /**
   * Starts to open one sealed text, or continues the request that the store knows for the same key, algorithm, text and additional data. It is
   * deleted at the backend before its result is given out (S14).
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_VETOED`, `ERR_OUTCOME_UNKNOWN`, and those of the backend; a plaintext that
   * `opens` refuses is `ERR_DIGEST_MISMATCH`
   */
  begin(request: OpenRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** {@link Sealer.begin} and wait. @throws SignError `ERR_APPROVAL_PENDING` when `timeoutMs` ran out, the request stays */
  open(request: OpenRequest, options?: WaitOptions): Promise<Uint8Array>;
}

const bytesOf = (value: Uint8Array | undefined, what: string): Uint8Array =>
  value instanceof Uint8Array ? ownBytes(value) : invalidArgument(`${what} is not a Uint8Array`);
const aadOf = ({ aad }: { readonly aad?: Uint8Array }) => (aad === undefined ? {} : { aad: bytesOf(aad, 'aad') });

function demand({ blocked, usages }: SymmetricKeyInfo, usage: 'encrypt' | 'decrypt'): void {
  if (blocked) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is blocked');
  if (!usages.includes(usage)) throw new SignError('ERR_KEY_NOT_USABLE', `the key may not ${usage}`);
}

/**
 * Binds a symmetric key: sealing and opening both ask the backend, because there is no public half.
 *
 * @example
 * ```ts
 * import { createSealer } from '@securosys/core';
 * import { createMemoryBackend } from '@securosys/core/memory';
 *
 * const backend = createMemoryBackend();
 * const { ref } = await backend.createSymmetricKey({ label: 'layers' });
 * const sealer = createSealer(backend, ref); // `ref.checkSha256` pins the key
 * const aad = new TextEncoder().encode('what it is for');
 * const sealed = await sealer.seal({ algorithm: 'aes-gcm', plaintext: new Uint8Array(32), aad });
 * const opened = await sealer.open({ algorithm: 'aes-gcm', sealed, aad });
 * ```
 */
export function createSealer(backend: KeyBackend, ref: KeyRef, options: SealerOptions = {}): Sealer {
  knownOptions('createSealer', options, ['guards', 'store', 'clock', 'random']);
  if (typeof backend?.begin !== 'function' || typeof ref !== 'object' || ref === null)
    invalidArgument('a symmetric key is bound by a backend and a key reference');
  if (ref.spkiSha256 !== undefined) invalidArgument('a symmetric key has no public key: it is pinned by checkSha256');
  const { store = createMemoryStore(), clock = systemClock, random, guards = [] } = options;
  const asked = guarding(guards);
  const acts: ActContext = { store, clock, ...(random && { random }) };
  let known: SymmetricKeyInfo | undefined;

  async function describe(call: CallOptions = {}): Promise<SymmetricKeyInfo> {
    if (!backend.describeSymmetricKey)
      throw new SignError(
        'ERR_CAPABILITY_MISSING',
        'this backend has no symmetric keys: use an RSA key, or a TSB, a PKCS#11 token or another backend that has them',
      );
    known ??= pinSymmetric(ref, await backend.describeSymmetricKey(ref, call));
    return known;
  }

  /** All that is checked before anybody is asked. */
  async function intended(request: OpenRequest, call: CallOptions) {
    const sealed = bytesOf(request.sealed, 'sealed');
    checkSeal(request.algorithm, sealed.byteLength - sealOverhead);
    const { algorithm, facts, claims, source, target } = request;
    const key = await describe(call);
    demand(key, 'decrypt');
    const inputSha256 = sha256Hex(sealed);
    const batch = checkedBatch(request.batch, inputSha256);
    const extra = { ...(facts && { facts }), ...(claims && { claims }), ...(batch && { batch }) };
    const operation = { kind: 'open', key: key.ref, algorithm, sealed, ...aadOf(request), ...extra } as const;
    const where = { ...(source && { source }), ...(target && { target }), ...(batch && { batch }) };
    const intent: SecretIntent = { purpose: 'decrypt', backend: backend.id, key, operation, inputSha256, ...where };
    return { key, operation, intent };
  }

  async function begin(request: OpenRequest, call: CallOptions = {}): Promise<Operation<Uint8Array>> {
    const { key, operation, intent } = await intended(request, call);
    return beginGuarded(asked, intent, openAct(backend, key, operation, request.opens), acts, call);
  }

  /** Backends find a key by its name with each call: one that has another key by now has sealed with that one (S7). */
  async function mustStillBe({ ref: key }: SymmetricKeyInfo, call: CallOptions): Promise<void> {
    if (backend.describeSymmetricKey) pinSymmetric(key, await backend.describeSymmetricKey(key, call));
  }

  /** Fails for what was sealed otherwise than it was asked for; says nothing where people would have to be asked. */
  async function mustOpen(sealed: Uint8Array, { algorithm, plaintext, aad }: SealRequest, call: CallOptions): Promise<void> {
    const { ref: key, usages, needsApproval } = await describe(call);
    if (!usages.includes('decrypt') || needsApproval !== false) return;
    const begun = await backend.begin({ kind: 'open', key, algorithm, sealed, ...(aad && { aad }) }, call).catch((error) => {
      if (SignError.is(error, 'ERR_REQUEST_FAILED')) return { done: new Uint8Array(0) };
      throw error;
    });
    if ('pending' in begun) return backend.cancel?.(begun.pending, call);
    const same = equalBytes(begun.done, plaintext);
    wipe(begun.done);
    if (!same) throw new SignError('ERR_PROTOCOL', 'the backend does not open what it sealed');
  }

  return {
    backend,
    ref,
    store,
    clock,
    describe,
    begin,
    async check(request, call = {}) {
      const { intent } = await intended(request, call);
      await asked.judge(intent, call);
    },
    async seal(request, call = {}) {
      const plaintext = bytesOf(request.plaintext, 'plaintext');
      checkSeal(request.algorithm, plaintext.byteLength);
      const { algorithm } = request;
      const own = { algorithm, plaintext, ...aadOf(request) };
      try {
        const key = await describe(call);
        demand(key, 'encrypt');
        const begun = await backend.begin({ kind: 'seal', key: key.ref, ...own }, call);
        if ('pending' in begun) {
          await backend.cancel?.(begun.pending, call);
          throw new SignError(
            'ERR_CAPABILITY_MISSING',
            'people would have to approve what this key seals, and what they approved would be another text each time: use a key pair',
          );
        }
        if (!(begun.done instanceof Uint8Array) || begun.done.byteLength !== plaintext.byteLength + sealOverhead)
          throw new SignError('ERR_PROTOCOL', 'the backend did not answer with a sealed text');
        await mustOpen(begun.done, own, call);
        await mustStillBe(key, call);
        return ownBytes(begun.done);
      } finally {
        wipe(plaintext);
      }
    },
    async open(request, { timeoutMs, onProgress, ...call } = {}) {
      const operation = await begin(request, call);
      return operation.result({ ...call, ...(timeoutMs !== undefined && { timeoutMs }), ...(onProgress && { onProgress }) });
    },
  };
}
