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
): Promise<Results['find'] & { readonly epoch: number }> {
  const command = (session: number): FindCommand => ({ op: 'find', session, ...what });
  const call = { operation: 'find', slot, readWrite: false, command } as const;
  const { value, epoch } = await controlCall(user, call, options);
  if (value.objects.length > 0 || !(await slot.isLoggedOut(user))) return { ...value, epoch };
  const code = returnValues.CKR_USER_NOT_LOGGED_IN;
  await slot.logInAgain(user, epoch, { code, name: 'CKR_USER_NOT_LOGGED_IN', method: 'C_GetSessionInfo' });
  const again = await controlCall(user, call, options);
  return { ...again.value, epoch: again.epoch };
}
