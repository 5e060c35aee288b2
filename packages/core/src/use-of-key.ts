import type { Act, Kinship, RequestPort } from './act.js';
import type { KeyBackend, KeyOperation, PollOptions, RequestState } from './backend.js';
import { SignError } from './errors.js';
import type { CallOptions } from './options.js';

type Polling = KeyBackend & Required<Pick<KeyBackend, 'poll' | 'watch' | 'candidates'>>;

/** The requests of a backend, read as those of one kind of operation. */
export function backendPort(backend: KeyBackend, kind: KeyOperation['kind']): RequestPort {
  // Backends need not know of kinds as long as they only sign.
  const read = (options: CallOptions = {}): PollOptions => (kind === 'sign' ? options : { ...options, kind });
  return {
    id: backend.id,
    ...(backend.poll && { poll: async (id, options) => (backend as Polling).poll(id, read(options)) }),
    ...(backend.watch && { watch: async (id, known, options) => (backend as Polling).watch(id, known, read(options)) }),
    ...(backend.cancel && { cancel: async (id, options) => backend.cancel?.(id, options) }),
    ...(backend.candidates && { candidates: (options) => (backend as Polling).candidates(options) }),
  };
}

/** One use of a key, and how its result is known. */
export interface ComparedUse<T> {
  readonly backend: KeyBackend;
  readonly operation: KeyOperation;
  readonly accept: Act<T>['accept'];
}

/**
 * Whether a request is the one that was made for this operation: by its result where it has one that only our bytes give, by what
 * approvers see where the backend can tell.
 */
export async function compareUse<T>(
  { backend, operation, accept }: ComparedUse<T>,
  id: string,
  state: RequestState,
  options: CallOptions,
): Promise<Kinship> {
  if (state.status === 'pending' || state.status === 'approved') {
    const said = await backend.recognises?.(id, operation, options);
    return said === undefined ? 'unknown' : said ? 'ours' : 'foreign';
  }
  if (state.status !== 'executed') return 'foreign';
  try {
    await accept(state.result, options);
    return 'ours';
  } catch (error) {
    if (SignError.is(error, 'ERR_SIGNATURE_MISMATCH')) return 'foreign';
    throw error;
  }
}
