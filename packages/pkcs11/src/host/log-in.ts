import { SignError } from '@securosys/core';
import { cureFor } from './cures.js';
import type { HostFailure } from './outcome.js';
import { isSameToken } from './same-token.js';
import { absent, slotError } from './slot-errors.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** After these the PIN was not looked at: with the token back, the login may be made again. */
const unjudged: ReadonlySet<string> = new Set(['slot', 'module', 'room']);

/**
 * `C_Login` on the anchor, once, with the PIN of `user`; nothing where the token wants no login or has one already.
 * @returns why it failed, when the PIN had no part in it
 * @throws SignError when it must not be tried again: `ERR_AUTHENTICATION`, and whatever the PIN provider throws
 */
export async function logIn(slot: SlotHost, user: SlotUser): Promise<HostFailure | undefined> {
  // Handles are numbered anew with each login: an old one in a lane might by then name another key.
  for (const each of slot.users) await each.idle(slot);
  // The flags of just now: whether a PIN may be tried at all depends on them.
  const info = await slot.call(user, { op: 'tokenInfo', slot: slot.info.slotId });
  if (info.failure) return info.failure;
  // Another token may be in the slot by now: it gets no PIN that is not its own.
  if (!isSameToken(slot, info.value)) return absent;
  slot.info = info.value;
  if (!user.pin.required(info.value)) return undefined;
  const session = slot.sessions.anchor;
  if (session === undefined) return { code: 0, name: '', method: '', worker: 'exit' };
  let failed: HostFailure | undefined;
  try {
    const attempt = async (pin: string) => {
      user.countLogin();
      const outcome = await slot.call(user, { op: 'login', session, pin });
      if (!outcome.failure) return;
      failed = outcome.failure;
      throw slotError(slot, 'login', outcome.failure);
    };
    await user.pin.withPin({ token: info.value, purpose: 'login' }, attempt, { signal: user.left });
    return undefined;
  } catch (error) {
    if (failed && !failed.worker && SignError.is(error) && repeatable(failed)) return failed;
    throw error;
  }
}

const repeatable = (failure: HostFailure): boolean => {
  const cure = cureFor('login', failure);
  // A session that is gone never saw the PIN; a device error may have come after it.
  return unjudged.has(cure) || failure.code === 0xb3 || failure.code === 0xb0;
};
