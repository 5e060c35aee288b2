import { SignError } from '@securosys/core';
import { returnValues as rv } from '../cryptoki/return-values.js';
import type { SlotsRead } from '../worker/wire.js';
import { cureFor } from './cures.js';
import { logIn } from './log-in.js';
import type { HostFailure } from './outcome.js';
import { findToken } from './same-token.js';
import { absent, slotError } from './slot-errors.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';
import { pause } from './timers.js';

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** Attempts after which a module that shows no token is initialised anew: many read their slots then and only then. */
const attemptsBeforeReset = 3;
/** Attempts when the token is there but does not serve us: waiting changes little. */
const attemptsWhenThere = 5;

/**
 * Opens a slot, the first time or after a loss (`pkcs11.md` §6.5, levels 2 and 3): closes what is left, looks for the token by serial and
 * label, opens the anchor and logs in; again and again with growing pauses until `reconnectTimeoutMs` is over.
 * @param reason what happened; `undefined` for the first time
 * @throws SignError of the last failure
 */
export async function restore(slot: SlotHost, user: SlotUser, reason: HostFailure | undefined): Promise<void> {
  const { timers } = user;
  const started = timers.now();
  let failure = reason;
  let level: 2 | 3 = 2;
  let told = false;
  const tell = (error: SignError) => {
    if (!told) for (const each of slot.users) each.emit('reconnecting', { level, reason: error });
    told = true;
  };
  let attempts = 1;
  for (; ; attempts++) {
    if (failure) {
      if (failure.code === rv.CKR_CRYPTOKI_NOT_INITIALIZED) {
        level = 3;
        slot.module.forgetInitialisation();
      }
      tell(slotError(slot, 'open', failure));
    }
    // What is left of before would keep a login alive that is not ours to trust.
    if (failure) await slot.abandon(user);
    if (attempts > attemptsBeforeReset && failure && cureFor('open', failure) === 'slot' && mayReset(slot)) {
      level = 3;
      await slot.module.finalize(timers, user.operationTimeoutMs);
    }
    try {
      failure = await attempt(slot, user, failure !== undefined);
    } catch (error) {
      if (told && SignError.is(error) && error !== user.closed)
        for (const each of slot.users) each.emit('unhealthy', { reason: error });
      throw error;
    }
    if (!failure) break;
    const error = slotError(slot, 'open', failure);
    const cure = cureFor('open', failure);
    const wait = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1)) * (0.5 + user.random() / 2);
    const gone = cure === 'slot' || cure === 'module';
    const over = timers.now() - started + wait > user.reconnectTimeoutMs || (!gone && attempts >= attemptsWhenThere);
    if (cure === 'none' || over) {
      for (const each of slot.users) each.emit('unhealthy', { reason: error });
      throw error;
    }
    await pause(timers, wait, user.left);
    if (user.left.aborted) throw user.closed ?? error;
  }
  slot.opened(user, true);
  if (!told) return;
  const ms = timers.now() - started;
  for (const each of slot.users) each.emit('reconnected', { level, attempts, ms, epoch: slot.epoch });
}

/** A token that is lost until it can be read again: waiting for it is worth as much as for one that is not there. */
const unreadable = ({ unreadable: failure }: SlotsRead): HostFailure | undefined =>
  failure && cureFor('open', failure) === 'slot' ? failure : undefined;

/** One time through; what came in its way, if anything did. */
async function attempt(slot: SlotHost, user: SlotUser, search: boolean): Promise<HostFailure | undefined> {
  await slot.module.ready(user.timers, user.operationTimeoutMs);
  if (search) {
    const tokens = await slot.call(user, { op: 'slots' });
    if (tokens.failure) return tokens.failure;
    const found = findToken(slot, tokens.value.tokens);
    if (!found) return unreadable(tokens.value) ?? absent;
    slot.info = found;
  }
  return (await slot.sessions.openAnchor(user)) ?? logIn(slot, user);
}

/** Only a module that we initialised, that nobody else uses, and in which no thread is: the others would crash. */
const mayReset = ({ module, users }: SlotHost): boolean =>
  module.owned && module.users === 1 && module.hanging === 0 && [...users].every(({ quiet }) => quiet);
