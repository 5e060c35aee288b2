import { SignError } from '@securosys/core';
import type { Counters } from './counters.js';
import type { HostFailure } from './outcome.js';
import type { SlotUser } from './slot-user.js';

/** Who is told of lanes and sessions that were lost. */
export interface LossesHost {
  readonly user: SlotUser;
  readonly counters: Counters;
}

/** Counts a session that was replaced, or lost, and tells whoever listens. */
export function tellSessionGone({ user, counters }: LossesHost, { name, code }: HostFailure): void {
  counters.sessionReplacements[name] = (counters.sessionReplacements[name] ?? 0) + 1;
  user.emit('sessionReplaced', { upstreamName: name, upstreamCode: code });
}

/** Counts a lane that was given up, and tells whoever listens. @param lost lanes that hang now */
export function tellLaneLost({ user, counters }: LossesHost, { worker }: HostFailure, lost: number): void {
  counters.lostLanes++;
  const what = worker === 'stuck' ? 'a lane did not answer in time' : 'the thread of a lane ended';
  user.emit('laneLost', { lost, reason: new SignError('ERR_TIMEOUT', what, { retryable: true }) });
}
