import type { Act, ActContext, ActIdentity, Kinship } from './act.js';
import type { DecryptOperation, KeyBackend, KeyInfo, KeyRef, RequestState } from './backend.js';
import { ownBytes, sha256Hex } from './bytes.js';
import { type Clock, systemClock } from './clock.js';
import { type EncryptionAlgorithm, encryptionFacts } from './encryption-algorithms.js';
import { invalidArgument, knownOptions, SignError } from './errors.js';
import type { Claims, SigningFacts } from './facts.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import { createMemoryStore, type PendingStore } from './pending-store.js';
import { pin } from './pinned-key.js';
import { beginAct } from './recorded.js';
import { backendPort, compareUse } from './use-of-key.js';

/** One block to be decrypted. */
export interface DecryptRequest {
  readonly algorithm: EncryptionAlgorithm;
  /** As long as the modulus. */
  readonly ciphertext: Uint8Array;
  /**
   * Whether a plaintext is the one that was looked for, for example because it opens the packet. With it, a request whose answer was
   * lost can be found again by its result; without it only by a backend that sees what approvers see.
   */
  readonly opens?: (plaintext: Uint8Array) => boolean | Promise<boolean>;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
}

/** How a key that decrypts is bound. */
export interface DecrypterOptions {
  /** Where intents and request ids are kept; results never are. Default: memory of this process, which a crash forgets. */
  store?: PendingStore;
  /** Allows PKCS#1 v1.5, for reading what others wrote (S16). */
  allowPkcs1?: boolean;
  clock?: Clock;
  /** Uniform in [0, 1), for polling jitter. */
  random?: () => number;
}

/** A key bound to a backend for decrypting. */
export interface Decrypter {
  readonly backend: KeyBackend;
  readonly ref: KeyRef;
  readonly store: PendingStore;
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED` */
  describe(options?: CallOptions): Promise<KeyInfo>;
  /**
   * Starts one decryption, or continues the one that the store knows for the same ciphertext. The request is deleted at the backend
   * before its result is given out, so a result is there once: it is the caller's to keep or to lose (S14).
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_OUTCOME_UNKNOWN`, and those of the backend; a plaintext that
   * `opens` refuses is `ERR_DIGEST_MISMATCH`
   */
  begin(request: DecryptRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** {@link Decrypter.begin} and wait. @throws SignError `ERR_APPROVAL_PENDING` when `timeoutMs` ran out, the request stays */
  decrypt(request: DecryptRequest, options?: WaitOptions): Promise<Uint8Array>;
}

/**
 * Binds a key that decrypts. Keys that both sign and decrypt are a bad idea (S4), so this is no part of a signer.
 *
 * @example
 * ```ts
 * import { createDecrypter } from '@securosys/core';
 * import { createMemoryBackend } from '@securosys/core/memory';
 *
 * const backend = createMemoryBackend();
 * await backend.createKey({ label: 'layers', spec: 'rsa-2048', purpose: 'decrypt' });
 * const [key, algorithm] = [{ label: 'layers' }, 'rsa-oaep-sha256'] as const;
 * const plaintext = new TextEncoder().encode('a layer key');
 * const encrypted = await backend.begin({ kind: 'encrypt', key, algorithm, plaintext });
 * if ('pending' in encrypted) throw new Error('encrypting asks nobody');
 * const decrypted = await createDecrypter(backend, key).decrypt({ algorithm, ciphertext: encrypted.done });
 * ```
 */
export function createDecrypter(backend: KeyBackend, ref: KeyRef, options: DecrypterOptions = {}): Decrypter {
  knownOptions('createDecrypter', options, ['store', 'allowPkcs1', 'clock', 'random']);
  if (typeof backend?.begin !== 'function' || typeof ref !== 'object' || ref === null)
    invalidArgument('createDecrypter needs a backend and a key reference');
  const { store = createMemoryStore(), clock = systemClock, allowPkcs1 = false } = options;
  const acts: ActContext = { store, clock, ...(options.random && { random: options.random }) };
  const port = backendPort(backend, 'decrypt');
  let known: KeyInfo | undefined;

  async function describe(call: CallOptions = {}): Promise<KeyInfo> {
    known ??= pin(ref, await backend.describeKey(ref, call));
    return known;
  }

  async function begin(request: DecryptRequest, call: CallOptions = {}): Promise<Operation<Uint8Array>> {
    const { algorithm, ciphertext, facts, claims } = request;
    if (!(ciphertext instanceof Uint8Array)) invalidArgument('ciphertext is not a Uint8Array');
    if (encryptionFacts(algorithm).padding === 'pkcs1' && !allowPkcs1)
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'reading PKCS#1 v1.5 needs the option allowPkcs1');
    const key = await describe(call);
    if (key.blocked) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is blocked');
    if (!key.usages.includes('decrypt')) throw new SignError('ERR_KEY_NOT_USABLE', 'the key may not decrypt');
    const operation: DecryptOperation = {
      kind: 'decrypt',
      key: key.ref,
      algorithm,
      ciphertext: ownBytes(ciphertext),
      ...(facts && { facts }),
      ...(claims && { claims }),
    };
    const accept = acceptor(request.opens);
    const act: Act<Uint8Array> = {
      port,
      identity: decryptIdentity(operation),
      recorded: key.needsApproval !== false,
      secret: true,
      ...(key.approvalWindows && { windows: key.approvalWindows }),
      begin: (later) => backend.begin(operation, later),
      accept,
      compare: (id, state, later) => compare({ backend, operation, request, accept }, id, state, later),
    };
    return beginAct(act, acts, call);
  }

  return {
    backend,
    ref,
    store,
    describe,
    begin,
    async decrypt(request, { timeoutMs, onProgress, ...call } = {}) {
      const operation = await begin(request, call);
      return operation.result({ ...call, ...(timeoutMs !== undefined && { timeoutMs }), ...(onProgress && { onProgress }) });
    },
  };
}

function decryptIdentity({ kind, key, algorithm, ciphertext }: DecryptOperation): ActIdentity {
  return {
    kind,
    inputSha256: sha256Hex(ciphertext),
    algorithm,
    ...(key.label !== undefined && { keyLabel: key.label }),
    ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
  };
}

/** Apart from `begin`, because it outlives it: a waiting operation keeps no ciphertext. */
function acceptor(opens: DecryptRequest['opens']): Act<Uint8Array>['accept'] {
  return async (plaintext) => {
    if (opens && !(await opens(ownBytes(plaintext))))
      throw new SignError('ERR_DIGEST_MISMATCH', 'the backend returned a plaintext that is not the one looked for');
    return ownBytes(plaintext);
  };
}

interface Compared {
  readonly backend: KeyBackend;
  readonly operation: DecryptOperation;
  readonly request: DecryptRequest;
  readonly accept: Act<Uint8Array>['accept'];
}

/** A plaintext says nothing about what it was, unless the caller can tell. */
async function compare(
  { backend, operation, request, accept }: Compared,
  id: string,
  state: RequestState,
  options: CallOptions,
): Promise<Kinship> {
  if (state.status === 'executed')
    return request.opens ? ((await request.opens(ownBytes(state.result))) ? 'ours' : 'foreign') : 'unknown';
  return compareUse({ backend, operation, accept }, id, state, options);
}
