import type { Act, ActContext, ActIdentity, Kinship } from './act.js';
import type { DecryptOperation, DeriveOperation, KeyBackend, KeyInfo, KeyRef, RequestState } from './backend.js';
import { checkedBatch } from './batch.js';
import { ownBytes, sha256Hex } from './bytes.js';
import { type Clock, systemClock } from './clock.js';
import { invalidArgument, SignError } from './errors.js';
import type { Claims, RequestBatch, SigningFacts } from './facts.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { createMemoryStore, type PendingStore } from './pending-store.js';
import { pin } from './pinned-key.js';
import { beginAct } from './recorded.js';
import { backendPort, compareUse } from './use-of-key.js';

/** What requests for secrets have in common. */
export interface SecretRequest {
  /**
   * Whether a result is the one that was looked for, for example because it opens the packet. With it, a request whose answer was
   * lost can be found again by its result; without it only by a backend that sees what approvers see.
   */
  readonly opens?: (secret: Uint8Array) => boolean | Promise<boolean>;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it. */
  readonly batch?: RequestBatch;
}

/** How a key that gives out secrets is bound. */
export interface SecretKeyOptions {
  /** Where intents and request ids are kept; results never are. Default: memory of this process, which a crash forgets. */
  store?: PendingStore;
  clock?: Clock;
  /** Uniform in [0, 1), for polling jitter. */
  random?: () => number;
}

/** A key bound to a backend for uses whose results are secrets. */
export interface SecretKey {
  readonly backend: KeyBackend;
  readonly ref: KeyRef;
  readonly store: PendingStore;
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED` */
  describe(options?: CallOptions): Promise<KeyInfo>;
}

type SecretOperation = DecryptOperation | DeriveOperation;

/** What tells one use of a key from another. */
export interface SecretUse<R extends SecretRequest> {
  readonly kind: SecretOperation['kind'];
  /** What its result is called. */
  readonly result: string;
  /** Throws for requests that no key should see. */
  check(request: R): void;
  /** The operation without facts and claims; throws for requests that this key cannot serve. */
  operation(key: KeyInfo, request: R): SecretOperation;
}

/** Binds a key for one use: the request is deleted at the backend before its result is given out (S14). */
export function bindSecretUse<R extends SecretRequest>(
  backend: KeyBackend,
  ref: KeyRef,
  { store = createMemoryStore(), clock = systemClock, random }: SecretKeyOptions,
  use: SecretUse<R>,
): SecretKey & { begin(request: R, call?: CallOptions): Promise<Operation<Uint8Array>> } {
  if (typeof backend?.begin !== 'function' || typeof ref !== 'object' || ref === null)
    invalidArgument(`a key that may ${use.kind} is bound by a backend and a key reference`);
  const acts: ActContext = { store, clock, ...(random && { random }) };
  const port = backendPort(backend, use.kind);
  let known: KeyInfo | undefined;

  async function describe(call: CallOptions = {}): Promise<KeyInfo> {
    known ??= pin(ref, await backend.describeKey(ref, call));
    return known;
  }

  async function begin(request: R, call: CallOptions = {}): Promise<Operation<Uint8Array>> {
    use.check(request);
    const { facts, claims } = request;
    const key = await describe(call);
    if (key.blocked) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is blocked');
    if (!key.usages.includes(use.kind)) throw new SignError('ERR_KEY_NOT_USABLE', `the key may not ${use.kind}`);
    const plain = use.operation(key, request);
    const batch = checkedBatch(request.batch, sha256Hex(secretInput(plain)));
    const operation = { ...plain, ...(facts && { facts }), ...(claims && { claims }), ...(batch && { batch }) };
    const accept = acceptor(request.opens, use.result);
    const act: Act<Uint8Array> = {
      port,
      identity: identityOf(operation),
      recorded: key.needsApproval !== false,
      secret: true,
      ...(key.approvalWindows && { windows: key.approvalWindows }),
      begin: (later) => backend.begin(operation, later),
      accept,
      compare: (id, state, later) => compare({ backend, operation, opens: request.opens, accept }, id, state, later),
    };
    return beginAct(act, acts, call);
  }

  return { backend, ref, store, describe, begin };
}

/** What is asked for. */
const secretInput = (operation: SecretOperation): Uint8Array =>
  operation.kind === 'decrypt' ? operation.ciphertext : operation.publicKey;

function identityOf(operation: SecretOperation): ActIdentity {
  const { kind, key, algorithm } = operation;
  return {
    kind,
    inputSha256: sha256Hex(secretInput(operation)),
    algorithm,
    ...(key.label !== undefined && { keyLabel: key.label }),
    ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
  };
}

/** Apart from `begin`, because it outlives it: a waiting operation keeps no request. */
function acceptor(opens: SecretRequest['opens'], result: string): Act<Uint8Array>['accept'] {
  return async (secret) => {
    if (opens && !(await opens(ownBytes(secret))))
      throw new SignError('ERR_DIGEST_MISMATCH', `the backend returned a ${result} that is not the one looked for`);
    return ownBytes(secret);
  };
}

interface Compared {
  readonly backend: KeyBackend;
  readonly operation: SecretOperation;
  readonly opens: SecretRequest['opens'];
  readonly accept: Act<Uint8Array>['accept'];
}

/** A secret says nothing about where it came from, unless the caller can tell. */
async function compare(
  { backend, operation, opens, accept }: Compared,
  id: string,
  state: RequestState,
  options: CallOptions,
): Promise<Kinship> {
  if (state.status === 'executed') return opens ? ((await opens(ownBytes(state.result))) ? 'ours' : 'foreign') : 'unknown';
  return compareUse({ backend, operation, accept }, id, state, options);
}
