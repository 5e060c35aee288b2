import { type CallOptions, SignError } from '@securosys/core';
import { returnValues } from '../cryptoki/return-values.js';
import { type FindCommand, type FoundOnWire, type Results, readAtOnce } from '../worker/wire.js';
import { controlCall } from './control-calls.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** What is searched for, and read of what is found. */
type What = Pick<FindCommand, 'template' | 'read' | 'max'>;

/** What a search has found, with the login epoch in which its handles are good. */
type Found = Results['find'] & { readonly epoch: number };

/** Searches of one call, where a login comes in between again and again. */
const maxSearches = 3;

/**
 * Searches a slot, and reads what was found in several commands, between which the control worker has time for others. A token that was
 * logged out behind our back does not fail, it shows no private objects: when nothing is found, the login is looked at before that is believed.
 * @throws SignError
 */
export async function search(user: SlotUser, slot: SlotHost, what: What, options: CallOptions = {}): Promise<Found> {
  const { timeoutMs, ...others } = options;
  const start = user.timers.now();
  // One deadline for all commands.
  const left = (): CallOptions =>
    timeoutMs === undefined ? others : { ...others, timeoutMs: Math.max(0, timeoutMs - (user.timers.now() - start)) };
  for (let searches = 1; ; searches++) {
    const found = await searchOnce(user, slot, what, searches === 1 ? options : left());
    const stale = new SignError(
      'ERR_UNAVAILABLE',
      'find: the token was logged in to anew while its objects were read; call again',
    );
    try {
      return { ...found, objects: [...found.objects, ...(await readRest(user, slot, what, found, stale, left))] };
    } catch (error) {
      if (error !== stale || searches === maxSearches) throw error;
    }
  }
}

async function searchOnce(user: SlotUser, slot: SlotHost, what: What, options: CallOptions): Promise<Found> {
  const command = (session: number): FindCommand => ({ op: 'find', session, ...what });
  const call = { operation: 'find', slot, readWrite: false, command } as const;
  const { value, epoch } = await controlCall(user, call, options);
  if (value.objects.length > 0 || !(await slot.isLoggedOut(user))) return { ...value, epoch };
  const code = returnValues.CKR_USER_NOT_LOGGED_IN;
  await slot.logInAgain(user, epoch, { code, name: 'CKR_USER_NOT_LOGGED_IN', method: 'C_GetSessionInfo' });
  const again = await controlCall(user, call, options);
  return { ...again.value, epoch: again.epoch };
}

/** @param stale thrown when handles are not good any more before all of them were read */
async function readRest(
  user: SlotUser,
  slot: SlotHost,
  { template, read }: What,
  { rest = [], epoch }: Found,
  stale: SignError,
  options: () => CallOptions,
): Promise<FoundOnWire[]> {
  const objects: FoundOnWire[] = [];
  for (let at = 0; at < rest.length; at += readAtOnce) {
    const page = rest.slice(at, at + readAtOnce);
    const command = (session: number) => {
      if (slot.epoch !== epoch) throw stale;
      return { op: 'findRest', session, template, objects: page, read } as const;
    };
    const { value } = await controlCall(user, { operation: 'findRest', slot, readWrite: false, command }, options());
    objects.push(...value);
  }
  return objects;
}
