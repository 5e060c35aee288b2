import type { ApprovalProgress, ApprovalWindow, BeginResult, RequestState } from './backend.js';
import { sha256Hex, utf8Bytes } from './bytes.js';
import type { Clock } from './clock.js';
import { SignError } from './errors.js';
import { canonicalJson, type JsonObject } from './json.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import type { PendingStore } from './pending-store.js';

/** Where the requests of an act live, and how they are looked at. A `KeyBackend` is one for signatures. */
export interface RequestPort {
  /** Of the backend. */
  readonly id: string;
  poll?(id: string, options?: CallOptions): Promise<RequestState>;
  watch?(id: string, known: RequestState, options?: CallOptions): Promise<RequestState>;
  cancel?(id: string, options?: CallOptions): Promise<void>;
  candidates?(options?: CallOptions): AsyncIterable<string>;
}

/** By what a store and a later process know an act: two with the same identity are one. No secrets and no payload. */
export interface ActIdentity {
  readonly kind: string;
  /** SHA-256 of what is asked for, hex. */
  readonly inputSha256: string;
  readonly keyLabel?: string;
  readonly spkiSha256?: string;
  /** Of a symmetric key. */
  readonly checkSha256?: string;
  readonly algorithm?: string;
  /** Hex. */
  readonly context?: string;
}

/** Whether a request that turned up after a lost answer is the one whose answer was lost. */
export type Kinship = 'ours' | 'foreign' | 'unknown';

/** How the request of an act has ended: a result that was accepted, or the reason why there is none. */
export interface ActEnding<T> {
  readonly requestId: string;
  readonly approvals?: ApprovalProgress;
  readonly result?: T;
  readonly error?: SignError;
}

/**
 * Something asked of a backend that may have to wait for people, with all that recording, recovering and waiting need to know. Its
 * result is never `undefined`: that is what an undecided operation answers.
 */
export interface Act<T> {
  readonly port: RequestPort;
  readonly identity: ActIdentity;
  /** Whether losing track would cost something: `false` when nobody is asked. */
  readonly recorded: boolean;
  /** The result is a secret: its copy at the backend is deleted before it is given out (S14). */
  readonly secret?: boolean;
  readonly windows?: readonly ApprovalWindow[];
  begin(options: CallOptions): Promise<BeginResult>;
  /** Turns the fetched bytes into the result; throws when they are not what was asked for. */
  accept(result: Uint8Array, options: CallOptions): Promise<T>;
  /** Default: an executed request is ours when `accept` accepts its result, and nobody can tell about an undecided one. */
  compare?(id: string, state: RequestState, options: CallOptions): Promise<Kinship>;
  /** Told how its request has ended, before anybody else learns it; told again by the next look when it throws. */
  ended?(ending: ActEnding<T>): Promise<void>;
}

/** What acts of one caller have in common. */
export interface ActContext {
  readonly store: PendingStore;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random?: () => number;
}

/** Key of an act's record in a store. */
export function actKey(backend: string, identity: ActIdentity): string {
  const { keyLabel: label, ...others } = identity;
  return sha256Hex(utf8Bytes(canonicalJson({ backend, label, ...others })));
}

/** What an operation says of itself: what a later process needs to find its request. */
export function actJson(
  { port, identity }: Pick<Act<unknown>, 'port' | 'identity'>,
  requestId?: string,
  createdAt?: number,
): JsonObject {
  const members = Object.entries({ ...identity, requestId, createdAt }).filter(([, value]) => value !== undefined);
  return { version: 1, backend: port.id, ...Object.fromEntries(members) } as JsonObject;
}

/** Key of the record that a store has of an operation's request. */
export function recordKey(operation: Pick<Operation<unknown>, 'toJSON'>): string {
  const { version: _, backend, requestId: __, createdAt: ___, ...identity } = operation.toJSON();
  return actKey(String(backend), identity as unknown as ActIdentity);
}

/** Whether a request is the one whose answer was lost, as far as anybody can tell. */
export async function kinship<T>(act: Act<T>, id: string, state: RequestState, options: CallOptions): Promise<Kinship> {
  if (act.compare) return act.compare(id, state, options);
  if (state.status === 'pending' || state.status === 'approved') return 'unknown';
  if (state.status !== 'executed') return 'foreign';
  try {
    await act.accept(state.result, options);
    return 'ours';
  } catch (error) {
    if (SignError.is(error, 'ERR_SIGNATURE_MISMATCH')) return 'foreign';
    throw error;
  }
}
