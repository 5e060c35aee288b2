import type { BeginResult, KeyBackend, RequestState, SignOperation } from './backend.js';
import { hexText, sha256Hex, utf8Bytes } from './bytes.js';
import type { Clock } from './clock.js';
import { SignError } from './errors.js';
import type { SigningIntent } from './guards.js';
import { canonicalJson, type JsonObject } from './json.js';
import { nodeCrypto } from './node-modules.js';
import { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import type { PendingStore } from './pending-store.js';
import { createMs, fittingRequest, listedRequests, settleMs } from './recovery.js';

export interface Recording {
  readonly backend: KeyBackend;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly operation: SignOperation;
  readonly intent: SigningIntent;
  readonly accept: (signature: Uint8Array, options: CallOptions) => Promise<Uint8Array>;
  readonly random?: () => number;
}

/** What the store knows of one attempt to create a request. The nonce tells attempts apart: nobody touches another's record. */
export interface AttemptRecord {
  readonly nonce: string;
  readonly intentAt: number;
  readonly requestId?: string;
  /** Ids that existed before; absent when the backend cannot list them. */
  readonly before?: readonly string[];
}

/** Runs that join or take over an attempt start again from the store; more rounds than this means something is wrong with it. */
const mostRounds = 5;

/** Key of the record: what is signed, with what, where. Holds no secret and no payload. */
export function pendingKey(intent: SigningIntent): string {
  const { operation, backend, inputSha256 } = intent;
  const { label, spkiSha256 } = operation.key;
  const { algorithm, kind, context } = operation;
  const said = context && { context: hexText(context) };
  return sha256Hex(utf8Bytes(canonicalJson({ backend, label, spkiSha256, algorithm, inputSha256, kind, ...said })));
}

/**
 * Begins an operation so that no crash and no lost answer can lose a request or make a second one: the intent is stored
 * before the request exists, its id after. A later call for the same bytes continues what the store knows.
 */
export async function beginRecorded(recording: Recording, options: CallOptions): Promise<Operation<Uint8Array>> {
  const { backend, store, operation, intent } = recording;
  // Without people there is nothing to lose: repeating a plain signature is harmless.
  if (intent.key.needsApproval === false || !backend.poll) {
    const begun = checkedBegin(await backend.begin(operation, options));
    return 'done' in begun ? finished(recording, begun.done, options) : open(recording, begun.pending, { status: 'pending' });
  }
  const key = pendingKey(intent);
  for (let round = 0; round < mostRounds; round++) {
    const known = readRecord(await store.get(key));
    const operationNow = known ? await resume(recording, key, known, options) : await create(recording, key, options);
    if (operationNow) return operationNow;
  }
  throw new SignError('ERR_CONFLICT', 'other processes keep creating and ending requests for the same bytes; try again');
}

/** Only our own fields of a record count, and only when they have the right types: a store is shared and may be altered. */
function readRecord(record: JsonObject | undefined): AttemptRecord | undefined {
  if (!record) return undefined;
  const { nonce, requestId, intentAt, before } = record;
  return {
    nonce: typeof nonce === 'string' ? nonce : '',
    intentAt: typeof intentAt === 'number' ? intentAt : 0,
    ...(typeof requestId === 'string' && { requestId }),
    ...(Array.isArray(before) && { before: before.filter((id) => typeof id === 'string') }),
  };
}

function writeRecord({ backend, intent }: Recording, record: AttemptRecord): JsonObject {
  const { nonce, intentAt, requestId, before } = record;
  return {
    version: 1,
    backend: backend.id,
    inputSha256: intent.inputSha256,
    nonce,
    intentAt,
    ...(requestId !== undefined && { requestId }),
    ...(before && requestId === undefined && { before: [...before] }),
  };
}

/** `undefined`: somebody else was first. */
async function create(recording: Recording, key: string, options: CallOptions): Promise<Operation<Uint8Array> | undefined> {
  const { backend, store, clock, operation } = recording;
  const before = await listedRequests(backend, options);
  const attempt: AttemptRecord = {
    nonce: hexText(nodeCrypto().randomBytes(16)),
    intentAt: clock.now(),
    ...(before && { before }),
  };
  if (!(await store.put(key, writeRecord(recording, attempt), { ifAbsent: true }))) return undefined;
  const bounded = boundedCreate(options, clock.now() - attempt.intentAt);
  let begun: BeginResult;
  try {
    begun = checkedBegin(await backend.begin(operation, bounded.options));
  } catch (error) {
    if (error === bounded.deadline.reason)
      throw new SignError('ERR_OUTCOME_UNKNOWN', 'the backend took too long; a request may exist', { cause: error });
    // By contract every other code means that nothing was created; an abort or anything foreign proves nothing.
    if (SignError.is(error) && error.code !== 'ERR_OUTCOME_UNKNOWN' && error.code !== 'ERR_TIMEOUT')
      await store.delete(key, { ifNonce: attempt.nonce });
    throw error;
  }
  if ('done' in begun) {
    const done = await finished(recording, begun.done, options);
    await store.delete(key, { ifNonce: attempt.nonce });
    return done;
  }
  const record = { ...attempt, requestId: begun.pending };
  if (!(await store.put(key, writeRecord(recording, record), { ifNonce: attempt.nonce }))) {
    // We were taken for dead and replaced. The other request is the one that people see; ours is withdrawn.
    await backend.cancel?.(begun.pending, options);
    return undefined;
  }
  const created = open(recording, begun.pending, { status: 'pending' }, attempt.nonce);
  await created.refresh(options).catch((error: unknown) => {
    if (!SignError.is(error) || !error.retryable) throw error;
  });
  return created;
}

/** Authors of backends get told what is wrong, instead of a wait that never ends. */
function checkedBegin(begun: BeginResult): BeginResult {
  const { done, pending } = (begun ?? {}) as { done?: unknown; pending?: unknown };
  if (done instanceof Uint8Array || (typeof pending === 'string' && pending !== '')) return begun;
  throw new SignError('ERR_PROTOCOL', "the backend's begin must resolve to { done: Uint8Array } or { pending: 'id' }");
}

/** The whole of `begin` gets one deadline, in real time: whoever finds the intent later waits longer than that before doubting it. */
function boundedCreate(options: CallOptions, spentMs: number): { options: CallOptions; deadline: AbortSignal } {
  const deadline = AbortSignal.timeout(Math.max(1, createMs - Math.max(0, spentMs)));
  const timeoutMs = Math.min(options.timeoutMs ?? createMs, createMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  return { options: { ...options, timeoutMs, signal }, deadline };
}

/** `undefined`: the attempt is over or was replaced; look at the store again. */
async function resume(
  recording: Recording,
  key: string,
  known: AttemptRecord,
  options: CallOptions,
): Promise<Operation<Uint8Array> | undefined> {
  const { store, backend, clock, intent } = recording;
  if (known.requestId !== undefined) {
    const state = await (backend.poll as NonNullable<KeyBackend['poll']>)(known.requestId, options).catch((error: unknown) => {
      if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
      return undefined;
    });
    if (state) return open(recording, known.requestId, state, known.nonce);
    await store.delete(key, { ifNonce: known.nonce });
    return undefined;
  }
  // The intent is there, the id is not: another run is creating it, or died, or its answer was lost.
  const inFlight = known.intentAt + settleMs - clock.now();
  if (inFlight > 0) {
    await clock.sleep(Math.min(inFlight, settleMs), options.signal);
    const later = readRecord(await store.get(key));
    if (later?.nonce !== known.nonce || later.requestId !== undefined) return undefined;
  }
  const found = await fittingRequest(recording, known, options);
  if (found === 'none') {
    await store.delete(key, { ifNonce: known.nonce });
    return undefined;
  }
  if ('state' in found) {
    await store.put(key, writeRecord(recording, { ...known, requestId: found.id }), { ifNonce: known.nonce });
    return open(recording, found.id, found.state, known.nonce);
  }
  throw new SignError('ERR_OUTCOME_UNKNOWN', 'a request for these bytes may exist, but its id was lost', {
    details: { intentKey: key, inputSha256: intent.inputSha256, intentAt: known.intentAt, candidates: found.undecided },
  });
}

async function finished(recording: Recording, signature: Uint8Array, options: CallOptions): Promise<Operation<Uint8Array>> {
  const operation = new Operation({ ...base(recording), initial: { status: 'executed', result: signature } });
  // Verified at once, so that a bad signature is the error of the call that made it.
  await operation.settled(options);
  return operation;
}

function open(recording: Recording, id: string, initial: RequestState, nonce?: string): Operation<Uint8Array> {
  const { store, intent } = recording;
  const forget = async () => {
    if (nonce !== undefined) await store.delete(pendingKey(intent), { ifNonce: nonce });
  };
  return new Operation({ ...base(recording, id), id, initial, forget });
}

function base(recording: Recording, requestId?: string) {
  const { backend, clock, random, intent, accept, operation } = recording;
  const json: JsonObject = {
    version: 1,
    backend: backend.id,
    algorithm: operation.algorithm,
    inputSha256: intent.inputSha256,
    ...(operation.key.label !== undefined && { keyLabel: operation.key.label }),
    ...(operation.key.spkiSha256 !== undefined && { spkiSha256: operation.key.spkiSha256 }),
    ...(requestId !== undefined && { requestId }),
  };
  return { backend, clock, accept, json, ...(random && { random }) };
}
