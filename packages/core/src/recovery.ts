import { type Act, kinship, type RequestPort } from './act.js';
import type { RequestState } from './backend.js';
import { SignError } from './errors.js';
import type { CallOptions } from './options.js';
import type { PendingStore } from './pending-store.js';
import type { AttemptRecord } from './recorded.js';

/** Deadline of a create, in milliseconds. */
export const createMs = 10_000;
/** When an intent without an id may be doubted: the create's deadline, and as much again for clocks that differ and slow brokers. */
export const settleMs = 2 * createMs;
/** Requests beyond this are not compared: the outcome stays unknown, which is always safe. */
const mostCandidates = 20_000;
const mostReported = 20;

/** Ids of all requests known now; `undefined` when they cannot be listed or are too many. */
export async function listedRequests(port: RequestPort, options: CallOptions): Promise<string[] | undefined> {
  if (!port.candidates) return undefined;
  const ids: string[] = [];
  for await (const id of port.candidates(options)) {
    if (ids.push(id) > mostCandidates) return undefined;
  }
  return ids;
}

/**
 * After a lost answer: the one new request that is ours. Requests that the store knows to be those of other acts are none. While nobody can tell about a new one, nothing is adopted and nothing is
 * created (S31). `none`: no new request can be ours.
 */
export async function fittingRequest<T>(
  act: Act<T>,
  store: PendingStore,
  known: AttemptRecord,
  options: CallOptions,
): Promise<'none' | { readonly id: string; readonly state: RequestState } | { readonly undecided: readonly string[] }> {
  const now = await listedRequests(act.port, options);
  if (!now || !known.before) return { undecided: [] };
  const before = new Set(known.before);
  for await (const { backend, requestId } of store.records?.() ?? [])
    if (backend === act.port.id && typeof requestId === 'string') before.add(requestId);
  const undecided: string[] = [];
  for (const id of now.filter((candidate) => !before.has(candidate))) {
    const state = await looked(act.port, id, options);
    const kin = state ? await kinship(act, id, state, options) : 'foreign';
    if (kin === 'ours' && state) return { id, state };
    if (kin === 'unknown') undecided.push(id);
  }
  return undecided.length === 0 ? 'none' : { undecided: undecided.slice(0, mostReported) };
}

/** Other people's requests may be of kinds that read differently, or be gone by now: those are not ours. */
async function looked(port: RequestPort, id: string, options: CallOptions): Promise<RequestState | undefined> {
  try {
    return await port.poll?.(id, options);
  } catch (error) {
    if (SignError.is(error, 'ERR_REQUEST_NOT_FOUND') || SignError.is(error, 'ERR_PROTOCOL')) return undefined;
    throw error;
  }
}
