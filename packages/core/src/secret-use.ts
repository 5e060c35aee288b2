import type { Act, ActContext } from './act.js';
import type { KeyBackend, KeyInfo, KeyRef } from './backend.js';
import { checkedBatch } from './batch.js';
import { beginGuarded } from './begin-guarded.js';
import { type Clock, systemClock } from './clock.js';
import { invalidArgument, SignError } from './errors.js';
import type { Claims, RequestBatch, SecretSource, SigningFacts, SigningTarget } from './facts.js';
import { guarding } from './guarding.js';
import type { Guard } from './guards.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { createMemoryStore, type PendingStore } from './pending-store.js';
import { pin } from './pinned-key.js';
import { compareSecret, type SecretOperation, secretAcceptor, secretIdentity, secretInputSha256 } from './secret-act.js';
import type { SecretIntent } from './secret-intent.js';
import { backendPort } from './use-of-key.js';

/** What requests for secrets have in common. */
export interface SecretRequest {
  /**
   * Whether a result is the one that was looked for, for example because it opens the packet. With it, a request whose answer was
   * lost can be found again by its result; without it only by a backend that sees what approvers see.
   */
  readonly opens?: (secret: Uint8Array) => boolean | Promise<boolean>;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** What the secret opens, for guards. Never sent to the backend. */
  readonly source?: SecretSource;
  /** Where what it opens will be put, for guards. Never sent to the backend. */
  readonly target?: SigningTarget;
  /** With what else people are asked to decide on it. */
  readonly batch?: RequestBatch;
}

/** How a key that gives out secrets is bound. */
export interface SecretKeyOptions {
  /** Asked and told about every use, as those of a signer. */
  guards?: readonly Guard<SecretIntent>[];
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

/** What a binding does with requests of its kind. */
export interface BoundSecretKey<R extends SecretRequest> extends SecretKey {
  check(request: R, call?: CallOptions): Promise<void>;
  begin(request: R, call?: CallOptions): Promise<Operation<Uint8Array>>;
}

/** Binds a key for one use: the request is deleted at the backend before its result is given out (S14). */
export function bindSecretUse<R extends SecretRequest>(
  backend: KeyBackend,
  ref: KeyRef,
  { store = createMemoryStore(), clock = systemClock, random, guards = [] }: SecretKeyOptions,
  use: SecretUse<R>,
): BoundSecretKey<R> {
  if (typeof backend?.begin !== 'function' || typeof ref !== 'object' || ref === null)
    invalidArgument(`a key that may ${use.kind} is bound by a backend and a key reference`);
  const acts: ActContext = { store, clock, ...(random && { random }) };
  const port = backendPort(backend, use.kind);
  const asked = guarding(guards);
  let known: KeyInfo | undefined;

  async function describe(call: CallOptions = {}): Promise<KeyInfo> {
    known ??= pin(ref, await backend.describeKey(ref, call));
    return known;
  }

  /** All that is checked before anybody is asked. */
  async function intended(request: R, call: CallOptions): Promise<SecretIntent & { readonly operation: SecretOperation }> {
    use.check(request);
    const { facts, claims, source, target } = request;
    const key = await describe(call);
    if (key.blocked) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is blocked');
    if (!key.usages.includes(use.kind)) throw new SignError('ERR_KEY_NOT_USABLE', `the key may not ${use.kind}`);
    const plain = use.operation(key, request);
    const inputSha256 = secretInputSha256(plain);
    const batch = checkedBatch(request.batch, inputSha256);
    return {
      purpose: use.kind,
      backend: backend.id,
      key,
      operation: { ...plain, ...(facts && { facts }), ...(claims && { claims }), ...(batch && { batch }) },
      inputSha256,
      ...(source && { source }),
      ...(target && { target }),
      ...(batch && { batch }),
    };
  }

  async function begin(request: R, call: CallOptions = {}): Promise<Operation<Uint8Array>> {
    const intent = await intended(request, call);
    const { key, operation } = intent;
    const accept = secretAcceptor(request.opens, use.result);
    const act: Act<Uint8Array> = {
      port,
      identity: secretIdentity(operation),
      recorded: key.needsApproval !== false,
      secret: true,
      ...(key.approvalWindows && { windows: key.approvalWindows }),
      begin: (later) => backend.begin(operation, later),
      accept,
      compare: (id, state, later) => compareSecret({ backend, operation, opens: request.opens, accept }, id, state, later),
    };
    return beginGuarded(asked, intent, act, acts, call);
  }

  async function check(request: R, call: CallOptions = {}): Promise<void> {
    await asked.judge(await intended(request, call), call);
  }

  return { backend, ref, store, describe, check, begin };
}
