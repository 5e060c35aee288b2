import type { ActContext, RequestPort } from './act.js';
import type { RequestState } from './backend.js';
import { SignError } from './errors.js';
import type { CallOptions } from './options.js';

const statuses: readonly RequestState['status'][] = [
  'pending',
  'approved',
  'executed',
  'rejected',
  'expired',
  'cancelled',
  'failed',
];
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** A request that is waited for. */
interface Awaited {
  readonly id: string;
  /** Its state as it is known now: somebody else may have looked meanwhile. */
  known(): RequestState;
}

/** How long it was waited for, and how long still. */
interface Patience {
  /** So far. */
  readonly looks: number;
  /** Milliseconds, or infinite. */
  readonly atMostMs: number;
}

/** Whether people can still decide. */
export const isOpen = ({ status }: Pick<RequestState, 'status'>): boolean => status === 'pending' || status === 'approved';

/** @throws SignError `ERR_PROTOCOL` for what is no state of a request */
function checked({ id }: RequestPort, state: RequestState): RequestState {
  if (!statuses.includes(state?.status) || (state.status === 'executed' && !(state.result instanceof Uint8Array)))
    throw new SignError('ERR_PROTOCOL', `backend '${id}' answered with no state of a request`);
  return state;
}

/**
 * The state of a request now.
 * @throws SignError `ERR_CAPABILITY_MISSING`, `ERR_PROTOCOL`, and those of the backend
 */
export async function look(port: RequestPort, id: string, options: CallOptions): Promise<RequestState> {
  if (!port.poll) throw new SignError('ERR_CAPABILITY_MISSING', `backend '${port.id}' has requests but cannot poll them`);
  return checked(port, await port.poll(id, options));
}

/** Waits, then looks. `undefined`: this look failed for a moment, the next may not. */
export async function lookAgain(
  port: RequestPort,
  context: ActContext,
  request: Awaited,
  patience: Patience,
  options: CallOptions,
): Promise<RequestState | undefined> {
  const { id } = request;
  try {
    if (port.watch) {
      const timeoutMs = Math.ceil(patience.atMostMs);
      const bounded = Number.isFinite(timeoutMs) ? { ...options, timeoutMs } : options;
      return checked(port, await port.watch(id, request.known(), bounded));
    }
    await pause(context, patience, options);
    const known = request.known();
    return isOpen(known) ? await look(port, id, options) : known;
  } catch (error) {
    // Losing people's approvals to a network hiccup would be the worst outcome of all: a look is repeated, never the request.
    if (!SignError.is(error) || !error.retryable) throw error;
    options.logger?.warn('a look at the request failed and will be repeated', { requestId: id, code: error.code });
    if (port.watch) await pause(context, patience, options);
    return undefined;
  }
}

/** A little longer each time. */
async function pause(
  { clock, random = Math.random }: ActContext,
  { looks, atMostMs }: Patience,
  { signal }: CallOptions,
): Promise<void> {
  const delay = Math.min(firstDelayMs * 1.6 ** Math.min(looks, 20), longestDelayMs) * (0.75 + random() / 2);
  await clock.sleep(Math.ceil(Math.min(atMostMs, delay)), signal);
}
