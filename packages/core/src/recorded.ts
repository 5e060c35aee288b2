import type { KeyBackend, RequestState, SignOperation } from './backend.js';
import { sha256Hex, utf8Bytes } from './bytes.js';
import type { Clock } from './clock.js';
import { SignError } from './errors.js';
import type { SigningIntent } from './guards.js';
import { canonicalJson, type JsonObject } from './json.js';
import { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import type { PendingStore } from './pending-store.js';

interface Recording {
  readonly backend: KeyBackend;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly operation: SignOperation;
  readonly intent: SigningIntent;
  readonly accept: (signature: Uint8Array, options: CallOptions) => Promise<Uint8Array>;
  readonly random?: () => number;
}

/** Deadline of a create; a second run may have to wait this long before it can tell whether a first one made a request. */
const createMs = 10_000;
/** Requests beyond this are not compared: the outcome stays unknown, which is always safe. */
const mostCandidates = 10_000;

interface OpenRecord {
  readonly requestId?: string;
  readonly intentAt: number;
  readonly before?: readonly string[];
}

/** Key of the record: what is signed, with what, where. Holds no secret and no payload. */
export function pendingKey(intent: SigningIntent): string {
  const { operation, backend, inputSha256 } = intent;
  const { label, spkiSha256 } = operation.key;
  return sha256Hex(
    utf8Bytes(canonicalJson({ backend, label, spkiSha256, algorithm: operation.algorithm, inputSha256, kind: operation.kind })),
  );
}

/**
 * Begins an operation so that no crash and no lost answer can lose a request or make a second one: the intent is stored
 * before the request exists, its id after. A later call for the same bytes continues what the store knows.
 */
export async function beginRecorded(recording: Recording, options: CallOptions): Promise<Operation<Uint8Array>> {
  const { backend, store, clock, operation, intent } = recording;
  // Without people there is nothing to lose: repeating a plain signature is harmless.
  if (intent.key.needsApproval === false || !backend.poll) {
    const begun = await backend.begin(operation, options);
    return 'done' in begun ? finished(recording, begun.done, options) : open(recording, begun.pending, { status: 'pending' });
  }
  const key = pendingKey(intent);
  const known = openRecord(await store.get(key));
  if (known) {
    const continued = await resume(recording, key, known, options);
    if (continued) return continued;
  }
  const before = await listed(backend, options);
  const record = {
    version: 1,
    backend: backend.id,
    inputSha256: intent.inputSha256,
    intentAt: clock.now(),
    ...(before && { before }),
  };
  if (!(await store.put(key, record, { ifAbsent: true })))
    throw new SignError('ERR_CONFLICT', 'another process is creating the request for the same bytes; try again to join it');
  let begun: Awaited<ReturnType<KeyBackend['begin']>>;
  try {
    begun = await backend.begin(operation, { ...options, timeoutMs: Math.min(options.timeoutMs ?? createMs, createMs) });
  } catch (error) {
    // By contract every other code means that nothing was created; an abort or anything foreign proves nothing.
    if (SignError.is(error) && error.code !== 'ERR_OUTCOME_UNKNOWN' && error.code !== 'ERR_TIMEOUT') await store.delete(key);
    throw error;
  }
  if ('done' in begun) {
    await store.delete(key);
    return finished(recording, begun.done, options);
  }
  await store.put(key, {
    version: 1,
    backend: backend.id,
    inputSha256: intent.inputSha256,
    intentAt: record.intentAt,
    requestId: begun.pending,
  });
  const operationNow = open(recording, begun.pending, { status: 'pending' });
  await operationNow.refresh(options).catch((error: unknown) => {
    if (!SignError.is(error) || !error.retryable) throw error;
  });
  return operationNow;
}

/** Only our own fields of a record count, and only when they have the right types: a store is shared and may be altered. */
function openRecord(record: JsonObject | undefined): OpenRecord | undefined {
  if (!record) return undefined;
  const { requestId, intentAt, before } = record;
  return {
    intentAt: typeof intentAt === 'number' ? intentAt : 0,
    ...(typeof requestId === 'string' && { requestId }),
    ...(Array.isArray(before) && { before: before.filter((id) => typeof id === 'string') }),
  };
}

async function resume(
  recording: Recording,
  key: string,
  known: OpenRecord,
  options: CallOptions,
): Promise<Operation<Uint8Array> | undefined> {
  const { store, backend } = recording;
  if (known.requestId === undefined) return recover(recording, key, known, options);
  let state: RequestState;
  try {
    state = await (backend.poll as NonNullable<KeyBackend['poll']>)(known.requestId, options);
  } catch (error) {
    if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
    await store.delete(key);
    return undefined;
  }
  return open(recording, known.requestId, state);
}

/**
 * The intent is there, the id is not: the process died, or the answer was lost. The one new request whose result fits our
 * bytes is ours; while a new one is still undecided nobody can tell, so we say so (S31).
 */
async function recover(
  recording: Recording,
  key: string,
  known: OpenRecord,
  options: CallOptions,
): Promise<Operation<Uint8Array> | undefined> {
  const { backend, store, clock, intent } = recording;
  const inFlight = known.intentAt + createMs - clock.now();
  if (inFlight > 0) {
    await clock.sleep(Math.min(inFlight, createMs), options.signal);
    const later = openRecord(await store.get(key));
    if (later?.requestId !== undefined) return resume(recording, key, later, options);
  }
  const now = await listed(backend, options);
  const fresh = now && known.before ? now.filter((id) => !known.before?.includes(id)) : undefined;
  const undecided: string[] = [];
  for (const id of fresh ?? []) {
    const state = await (backend.poll as NonNullable<KeyBackend['poll']>)(id, options);
    if (state.status === 'pending' || state.status === 'approved') undecided.push(id);
    if (state.status !== 'executed') continue;
    const fits = await recording.accept(state.result, options).catch((error: unknown) => {
      if (SignError.is(error)) return undefined;
      throw error;
    });
    if (!fits) continue;
    await store.put(key, {
      version: 1,
      backend: backend.id,
      inputSha256: intent.inputSha256,
      intentAt: known.intentAt,
      requestId: id,
    });
    return open(recording, id, state);
  }
  if (fresh && undecided.length === 0) {
    await store.delete(key);
    return undefined;
  }
  throw new SignError('ERR_OUTCOME_UNKNOWN', 'a request for these bytes may exist, but its id was lost', {
    details: { intentKey: key, inputSha256: intent.inputSha256, intentAt: known.intentAt, candidates: undecided.slice(0, 20) },
  });
}

async function listed(backend: KeyBackend, options: CallOptions): Promise<string[] | undefined> {
  if (!backend.candidates) return undefined;
  const ids: string[] = [];
  for await (const id of backend.candidates(options)) {
    if (ids.push(id) > mostCandidates) return undefined;
  }
  return ids;
}

async function finished(recording: Recording, signature: Uint8Array, options: CallOptions): Promise<Operation<Uint8Array>> {
  const operation = new Operation({ ...base(recording), initial: { status: 'executed', result: signature } });
  // Verified at once, so that a bad signature is the error of the call that made it.
  await operation.settled(options);
  return operation;
}

function open(recording: Recording, id: string, initial: RequestState): Operation<Uint8Array> {
  const { store, intent } = recording;
  return new Operation({ ...base(recording, id), id, initial, forget: () => store.delete(pendingKey(intent)) });
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
