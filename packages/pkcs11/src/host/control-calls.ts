import { type CallOptions, SignError } from '@securosys/core';
import type { Command, ResultOf } from '../worker/wire.js';
import { type Cure, cureFor, isAmbiguous, isDeviceError } from './cures.js';
import { outcomeUnknown } from './errors.js';
import { guard, isBounded } from './guard.js';
import type { HostFailure } from './outcome.js';
import { slotError } from './slot-errors.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';
import { pause } from './timers.js';

/** Generating an RSA key may take that many times longer than anything else. */
const slowFactor = 5;
const maxPatience = 5;
const roomPauseMs = 50;

/** One call in the control worker. */
export interface ControlCall<C extends Command> {
  readonly operation: C['op'];
  readonly slot: SlotHost;
  readonly readWrite: boolean;
  /** Made again for each attempt: handles may have changed. */
  readonly command: (session: number) => C | Promise<C>;
  /** What was learnt of handles in this slot is wrong. */
  readonly forget?: () => void;
  /** Set for what changes the token: then an unclear failure is told as one, with the id that was chosen for the object. */
  readonly changes?: { readonly ckaId: string | undefined };
}

/** A result, and the login epoch in which the module was asked: handles in it are of this one. */
export interface Answered<C extends Command> {
  readonly value: ResultOf<C>;
  readonly epoch: number;
}

/**
 * Makes a call on a slot that is ready, and cures failures as `pkcs11.md` §6.4 allows: each cure once; what changes the token is repeated
 * only after failures that say that nothing was done.
 * @throws SignError; `ERR_OUTCOME_UNKNOWN` with `details.ckaId` when the token may have been changed
 */
export async function controlCall<C extends Command>(
  user: SlotUser,
  call: ControlCall<C>,
  options: CallOptions = {},
): Promise<Answered<C>> {
  options.signal?.throwIfAborted();
  if (user.closed) throw user.closed;
  const { module } = call.slot;
  const state: CallState = { ended: false, sent: false };
  module.hold();
  try {
    if (!isBounded(options)) return await attempts(user, call, state);
    return await new Promise<Answered<C>>((resolve, reject) => {
      const stop = guard(options, user.timers, call.operation, (reason) => {
        state.ended = true;
        reject(
          call.changes && state.sent && SignError.is(reason, 'ERR_TIMEOUT') ? unknownYet(reason, call.changes.ckaId) : reason,
        );
      });
      attempts(user, call, state).then(resolve, reject).finally(stop);
    });
  } finally {
    module.release();
  }
}

/** What has become of a call, for whoever gives it up. */
interface CallState {
  ended: boolean;
  sent: boolean;
}

async function attempts<C extends Command>(user: SlotUser, call: ControlCall<C>, state: CallState): Promise<Answered<C>> {
  const { slot, operation, readWrite, changes } = call;
  const tried = new Set<Cure>();
  for (let patience = 0; ; ) {
    await slot.ready(user);
    const { generation, epoch } = slot;
    const session = await slot.sessions.forWork(user, readWrite);
    let failure: HostFailure | undefined = session.failure;
    if (!session.failure) {
      const command = await call.command(session.value);
      // Whoever waited for it has gone before it was sent.
      if (state.ended) throw new SignError('ERR_UNAVAILABLE', `${operation}: given up before it began`);
      // Its handles may be of a login that is over.
      if (!slot.isReady || slot.epoch !== epoch) continue;
      state.sent = true;
      const outcome = await slot.call(user, command, operation.startsWith('generate') ? slowFactor : 1);
      if (!outcome.failure) {
        slot.worked();
        return { value: outcome.value, epoch };
      }
      failure = outcome.failure;
      if (failure.session === 'lost' || (cureFor(operation, failure) === 'session' && !failure.session))
        slot.sessions.dropWork(user, readWrite);
      if (changes && isAmbiguous(failure))
        throw outcomeUnknown(failure, { operation, tokenLabel: slot.info.label }, changes.ckaId);
    }
    if (!failure) continue;
    const cure = failure.code === 0x02 && (await slot.isLoggedOut(user)) ? 'login' : cureFor(operation, failure);
    if (cure === 'none' || (tried.has(cure) && !(cure === 'room' && patience < maxPatience)))
      throw slotError(slot, operation, failure);
    tried.add(cure);
    if (cure === 'login') await slot.logInAgain(user, epoch, failure);
    else if (cure === 'handle') call.forget?.();
    else if (cure === 'slot' || cure === 'module' || (isDeviceError(operation, failure) && slot.deviceFailed(user.timers.now())))
      await slot.recover(user, generation, failure);
    else if (cure === 'room') await pause(user.timers, roomPauseMs * 2 ** patience++);
  }
}

const unknownYet = (cause: SignError, ckaId: string | undefined): SignError =>
  new SignError('ERR_OUTCOME_UNKNOWN', `${cause.message}; the token may still do it`, {
    cause,
    details: { ...cause.details, ...(ckaId === undefined ? {} : { ckaId }) },
  });
