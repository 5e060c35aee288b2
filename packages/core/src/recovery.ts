import type { KeyBackend, RequestState } from './backend.js';
import { SignError } from './errors.js';
import type { CallOptions } from './options.js';
import type { AttemptRecord, Recording } from './recorded.js';

/** Deadline of a create, in milliseconds. */
export const createMs = 10_000;
/** When an intent without an id may be doubted: the create's deadline, and as much again for clocks that differ and slow brokers. */
export const settleMs = 2 * createMs;
/** Requests beyond this are not compared: the outcome stays unknown, which is always safe. */
const mostCandidates = 10_000;
const mostReported = 20;

/** Ids of all requests known now; `undefined` when they cannot be listed or are too many. */
export async function listedRequests(backend: KeyBackend, options: CallOptions): Promise<string[] | undefined> {
  if (!backend.candidates) return undefined;
  const ids: string[] = [];
  for await (const id of backend.candidates(options)) {
    if (ids.push(id) > mostCandidates) return undefined;
  }
  return ids;
}

/**
 * After a lost answer: the one new request whose result fits our bytes is ours. While a new one is still undecided nobody can
 * tell, so nothing is adopted and nothing is created (S31). `none`: no new request can be ours.
 */
export async function fittingRequest(
  recording: Recording,
  known: AttemptRecord,
  options: CallOptions,
): Promise<'none' | { readonly id: string; readonly state: RequestState } | { readonly undecided: readonly string[] }> {
  const now = await listedRequests(recording.backend, options);
  if (!now || !known.before) return { undecided: [] };
  const before = new Set(known.before);
  const undecided: string[] = [];
  for (const id of now.filter((candidate) => !before.has(candidate))) {
    const state = await looked(recording.backend, id, options);
    if (state?.status === 'pending' || state?.status === 'approved') undecided.push(id);
    if (state?.status === 'executed' && (await fits(recording, state.result, options))) return { id, state };
  }
  return undecided.length === 0 ? 'none' : { undecided: undecided.slice(0, mostReported) };
}

/** Other people's requests may be of kinds that have no result, or be gone by now: those are not ours. */
async function looked(backend: KeyBackend, id: string, options: CallOptions): Promise<RequestState | undefined> {
  try {
    return await (backend.poll as NonNullable<KeyBackend['poll']>)(id, options);
  } catch (error) {
    if (SignError.is(error, 'ERR_REQUEST_NOT_FOUND') || SignError.is(error, 'ERR_PROTOCOL')) return undefined;
    throw error;
  }
}

async function fits({ accept }: Recording, result: Uint8Array, options: CallOptions): Promise<boolean> {
  try {
    await accept(result, options);
    return true;
  } catch (error) {
    if (SignError.is(error, 'ERR_SIGNATURE_MISMATCH')) return false;
    throw error;
  }
}
