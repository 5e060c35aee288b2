import type { CallOptions } from '@securosys/core';
import { returnValues } from '../cryptoki/return-values.js';
import type { FindCommand, Results } from '../worker/wire.js';
import { controlCall } from './control-calls.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/**
 * Searches a slot. A token that was logged out behind our back does not fail, it shows no private objects: when nothing is found, the
 * login is looked at before that is believed.
 * @throws SignError
 */
export async function search(
  user: SlotUser,
  slot: SlotHost,
  what: Pick<FindCommand, 'template' | 'read' | 'max'>,
  options?: CallOptions,
): Promise<Results['find']> {
  const command = (session: number): FindCommand => ({ op: 'find', session, ...what });
  const call = { operation: 'find', slot, readWrite: false, command } as const;
  const found = await controlCall(user, call, options);
  const { epoch } = slot;
  if (found.objects.length > 0 || !(await slot.isLoggedOut(user))) return found;
  const code = returnValues.CKR_USER_NOT_LOGGED_IN;
  await slot.logInAgain(user, epoch, { code, name: 'CKR_USER_NOT_LOGGED_IN', method: 'C_GetSessionInfo' });
  return controlCall(user, call, options);
}
