import { type Act, type ActContext, actKey } from './act.js';
import type { BeginResult, RequestState } from './backend.js';
import { hexText } from './bytes.js';
import { SignError, type SignErrorCode } from './errors.js';
import type { JsonObject } from './json.js';
import { nodeCrypto } from './node-modules.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { createMs, fittingRequest, listedRequests, settleMs } from './recovery.js';
import { createOperation } from './running-operation.js';

/** What the store knows of one attempt to create a request. The nonce tells attempts apart: nobody touches another's record. */
export interface AttemptRecord {
  readonly nonce: string;
  readonly intentAt: number;
  readonly requestId?: string;
  /** Ids that existed before; absent when the backend cannot list them. */
  readonly before?: readonly string[];
}

/** An act, where it is recorded, and under which key. */
interface Recording<T> {
  readonly act: Act<T>;
  readonly context: ActContext;
  readonly key: string;
}

/** Errors after which a request may exist. */
const leavesDoubt = new Set<SignErrorCode>(['ERR_OUTCOME_UNKNOWN', 'ERR_TIMEOUT']);

/** Runs that join or take over an attempt start again from the store; more rounds than this means something is wrong with it. */
const mostRounds = 5;

/**
 * Begins an act so that no crash and no lost answer can lose a request or make a second one: the intent is stored before the request
 * exists, its id after. A later call for the same act continues what the store knows.
 * @throws SignError `ERR_OUTCOME_UNKNOWN` when a request may exist whose id was lost, `ERR_CONFLICT`, and those of the backend
 */
export async function beginAct<T>(act: Act<T>, context: ActContext, options: CallOptions = {}): Promise<Operation<T>> {
  // Without people there is nothing to lose: repeating a plain signature is harmless.
  if (!act.recorded || !act.port.poll) {
    const begun = checkedBegin(await act.begin(options));
    if ('done' in begun) return finished(act, context, begun.done, options);
    return createOperation(act, context, {
      id: begun.pending,
      initial: { status: 'pending' },
      createdAt: context.clock.now(),
    });
  }
  const recording = { act, context, key: actKey(act.port.id, act.identity) };
  for (let round = 0; round < mostRounds; round++) {
    const known = await readRecord(context, recording.key);
    const operation = known ? await resume(recording, known, options) : await create(recording, options);
    if (operation) return operation;
  }
  throw new SignError('ERR_CONFLICT', 'other processes keep creating and ending requests for the same bytes; try again');
}

/**
 * The operation of a request that is known by its id, as `Operation.toJSON` gives it. The record in the store, if it is that of this
 * very request, is forgotten with it.
 * @throws SignError `ERR_REQUEST_NOT_FOUND`, `ERR_CAPABILITY_MISSING`, and those of the backend
 */
export async function resumeAct<T>(
  act: Act<T>,
  context: ActContext,
  request: { readonly id: string; readonly createdAt?: number },
  options: CallOptions = {},
): Promise<Operation<T>> {
  const { port, identity } = act;
  if (!port.poll) throw new SignError('ERR_CAPABILITY_MISSING', `backend '${port.id}' has no requests to resume`);
  const record = await readRecord(context, actKey(port.id, identity));
  const initial = await port.poll(request.id, options);
  const nonce = record?.requestId === request.id ? { nonce: record.nonce } : {};
  return createOperation(act, context, { ...request, initial, ...nonce });
}

/**
 * Only our own fields of a record count, and only when they have the right types: a store is shared and may be altered. A record
 * without a nonce is nobody's to change or to remove.
 * @throws SignError `ERR_STORE`
 */
async function readRecord({ store }: ActContext, key: string): Promise<AttemptRecord | undefined> {
  const record = await store.get(key);
  if (!record) return undefined;
  const { nonce, requestId, intentAt, before } = record;
  if (typeof nonce !== 'string' || nonce === '')
    throw new SignError('ERR_STORE', `record ${key} of the pending store is damaged: it has no nonce`, { details: { key } });
  return {
    nonce,
    intentAt: typeof intentAt === 'number' ? intentAt : 0,
    ...(typeof requestId === 'string' && { requestId }),
    ...(Array.isArray(before) && { before: before.filter((id) => typeof id === 'string') }),
  };
}

function writeRecord<T>({ act: { port, identity } }: Recording<T>, record: AttemptRecord): JsonObject {
  const { nonce, intentAt, requestId, before } = record;
  const { kind, keyLabel, inputSha256 } = identity;
  return {
    version: 1,
    backend: port.id,
    kind,
    ...(keyLabel !== undefined && { keyLabel }),
    inputSha256,
    nonce,
    intentAt,
    ...(requestId !== undefined && { requestId }),
    ...(before && requestId === undefined && { before: [...before] }),
  };
}

/** `undefined`: somebody else was first. */
async function create<T>(recording: Recording<T>, options: CallOptions): Promise<Operation<T> | undefined> {
  const { act, context, key } = recording;
  const { store, clock } = context;
  const before = await listedRequests(act.port, options);
  const attempt: AttemptRecord = {
    nonce: hexText(nodeCrypto().randomBytes(16)),
    intentAt: clock.now(),
    ...(before && { before }),
  };
  if (!(await store.put(key, writeRecord(recording, attempt), { ifAbsent: true }))) return undefined;
  const bounded = boundedCreate(options, clock.now() - attempt.intentAt);
  let begun: BeginResult;
  try {
    begun = checkedBegin(await act.begin(bounded.options));
  } catch (error) {
    if (error === bounded.deadline.reason)
      throw new SignError('ERR_OUTCOME_UNKNOWN', 'the backend took too long; a request may exist', { cause: error });
    // By contract every other code means that nothing was created. An abort proves nothing, whatever error is its reason.
    const doubtful = bounded.options.signal.aborted || !SignError.is(error) || leavesDoubt.has(error.code);
    if (!doubtful) await store.delete(key, { ifNonce: attempt.nonce });
    throw error;
  }
  if ('done' in begun) {
    const done = await finished(act, context, begun.done, options);
    await store.delete(key, { ifNonce: attempt.nonce });
    return done;
  }
  const record = { ...attempt, requestId: begun.pending };
  if (!(await recordId(recording, record))) {
    // We were taken for dead and replaced. The other request is the one that people see; ours is withdrawn.
    await act.port.cancel?.(begun.pending, options);
    return undefined;
  }
  const created = open(recording, record, { status: 'pending' });
  await created.refresh(options).catch((error: unknown) => {
    if (!SignError.is(error) || !error.retryable) throw error;
  });
  return created;
}

/** Writes down which request was made; `false`: the intent is no longer ours. A request that exists is never lost to a full disk. */
async function recordId<T>(recording: Recording<T>, record: AttemptRecord & { readonly requestId: string }): Promise<boolean> {
  const { context, key } = recording;
  const { nonce, requestId } = record;
  try {
    return await context.store.put(key, writeRecord(recording, record), { ifNonce: nonce });
  } catch (cause) {
    const details = { requestId, brokerRequestId: requestId };
    throw new SignError('ERR_STORE', 'the request was made, but its id could not be stored', { cause, details });
  }
}

/** Authors of backends get told what is wrong, instead of a wait that never ends. */
function checkedBegin(begun: BeginResult): BeginResult {
  const { done, pending } = (begun ?? {}) as { done?: unknown; pending?: unknown };
  if (done instanceof Uint8Array || (typeof pending === 'string' && pending !== '')) return begun;
  throw new SignError('ERR_PROTOCOL', "the backend's begin must resolve to { done: Uint8Array } or { pending: 'id' }");
}

/** The whole of `begin` gets one deadline, in real time: whoever finds the intent later waits longer than that before doubting it. */
function boundedCreate(
  options: CallOptions,
  spentMs: number,
): { options: CallOptions & { readonly signal: AbortSignal }; deadline: AbortSignal } {
  const deadline = AbortSignal.timeout(Math.max(1, createMs - Math.max(0, spentMs)));
  const timeoutMs = Math.min(options.timeoutMs ?? createMs, createMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  return { options: { ...options, timeoutMs, signal }, deadline };
}

/** `undefined`: the attempt is over or was replaced; look at the store again. */
async function resume<T>(recording: Recording<T>, known: AttemptRecord, options: CallOptions): Promise<Operation<T> | undefined> {
  const { act, context, key } = recording;
  const { store, clock } = context;
  if (known.requestId !== undefined) {
    const state = await act.port.poll?.(known.requestId, options).catch((error: unknown) => {
      if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
      return undefined;
    });
    if (state) return open(recording, { ...known, requestId: known.requestId }, state);
    await store.delete(key, { ifNonce: known.nonce });
    return undefined;
  }
  // The intent is there, the id is not: another run is creating it, or died, or its answer was lost.
  const inFlight = known.intentAt + settleMs - clock.now();
  if (inFlight > 0) {
    await clock.sleep(Math.min(inFlight, settleMs), options.signal);
    const later = await readRecord(context, key);
    if (later?.nonce !== known.nonce || later.requestId !== undefined) return undefined;
  }
  const found = await fittingRequest(act, store, known, options);
  if (found === 'none') {
    await store.delete(key, { ifNonce: known.nonce });
    return undefined;
  }
  if ('state' in found) {
    const adopted = { ...known, requestId: found.id };
    await store.put(key, writeRecord(recording, adopted), { ifNonce: known.nonce });
    return open(recording, adopted, found.state);
  }
  throw new SignError('ERR_OUTCOME_UNKNOWN', 'a request for these bytes may exist, but its id was lost', {
    details: {
      intentKey: key,
      inputSha256: act.identity.inputSha256,
      intentAt: known.intentAt,
      candidates: found.undecided,
    },
  });
}

async function finished<T>(act: Act<T>, context: ActContext, result: Uint8Array, options: CallOptions): Promise<Operation<T>> {
  const operation = createOperation(act, context, { initial: { status: 'executed', result } });
  // Checked at once, so that a bad signature is the error of the call that made it.
  await operation.settled(options);
  return operation;
}

function open<T>(
  { act, context }: Recording<T>,
  { requestId, intentAt, nonce }: AttemptRecord & { readonly requestId: string },
  initial: RequestState,
): Operation<T> {
  return createOperation(act, context, { id: requestId, initial, nonce, createdAt: intentAt });
}
