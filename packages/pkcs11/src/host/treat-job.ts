import type { SignError } from '@securosys/core';
import { returnValues as rv } from '../cryptoki/return-values.js';
import { type Cure, cureFor, isDeviceError } from './cures.js';
import { signError } from './errors.js';
import type { Job } from './job.js';
import type { Lane } from './lane.js';
import type { LanePool } from './lane-pool.js';
import type { HostFailure } from './outcome.js';
import type { References } from './references.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';
import { pause } from './timers.js';

/** How often an operation waits for room on the token. */
const maxPatience = 5;
const roomPauseMs = 50;

/** What became of a failed use of a key: it may be made again, or this is its error. */
export type Treated = { readonly again: true } | { readonly again: false; readonly error: SignError };

/** With what a failure is cured. */
export interface Means {
  readonly user: SlotUser;
  readonly references: References;
  readonly pool: LanePool;
}

/**
 * Cures what a use of a key failed of, as far as `pkcs11.md` §6.4 allows: all uses may be made twice, each cure is tried once.
 * @throws SignError of a recovery that failed
 */
export async function treat(job: Job, lane: Lane, failure: HostFailure, means: Means): Promise<Treated> {
  const { operation, contextPin, key } = job.use;
  const { slot } = lane;
  const refused: Treated = { again: false, error: signError(failure, { operation, tokenLabel: slot.info.label }) };
  // Of what a hanging worker had in hand, the first is what it hangs in; the others never began, or may be made again.
  if (failure.worker === 'stuck' && lane.hangsIn(job)) return refused;
  const cure = await diagnosis(operation, failure, slot, means.user);
  // A PIN for one use is not used twice.
  if (cure === 'none' || contextPin !== undefined) {
    if (cure === 'session' && !failure.session) means.pool.reopen(lane);
    return refused;
  }
  job.tried ??= new Set();
  if (job.tried.has(cure) && !(cure === 'room' && job.patience < maxPatience)) {
    if (cure === 'session' && !failure.session && !failure.worker) means.pool.reopen(lane);
    return refused;
  }
  job.tried.add(cure);
  await apply(cure);
  return { again: true };

  async function apply(what: Cure): Promise<void> {
    switch (what) {
      case 'session':
        if (isDeviceError(operation, failure) && slot.deviceFailed(means.user.timers.now()))
          return slot.recover(means.user, job.generation, failure);
        if (!failure.session && !failure.worker) means.pool.reopen(lane);
        return;
      case 'login':
        return slot.logInAgain(means.user, job.epoch, failure);
      case 'handle':
        return means.references.forget(key, slot);
      case 'slot':
      case 'module':
        return slot.recover(means.user, job.generation, failure);
      case 'room':
        means.pool.reduce(lane);
        return pause(means.user.timers, roomPauseMs * 2 ** job.patience++);
    }
  }
}

/** NSS says CKR_HOST_MEMORY for handles of a login that is over (`pkcs11.md` §3): asks before it is believed. */
async function diagnosis(operation: string, failure: HostFailure, slot: SlotHost, user: SlotUser): Promise<Cure> {
  const cure = cureFor(operation, failure);
  return failure.code === rv.CKR_HOST_MEMORY && (await slot.isLoggedOut(user)) ? 'login' : cure;
}
