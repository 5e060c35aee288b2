import type { CallOptions } from '@securosys/core';
import type { Command, ResultOf } from '../worker/wire.js';
import { cureFor } from './cures.js';
import { guard, isBounded } from './guard.js';
import { slotError } from './slot-errors.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** A call that needs no login, such as the mechanisms of a slot. @throws SignError */
export async function slotCall<C extends Command>(
  user: SlotUser,
  slot: SlotHost,
  operation: C['op'],
  command: () => C,
  options: CallOptions = {},
): Promise<ResultOf<C>> {
  options.signal?.throwIfAborted();
  if (user.closed) throw user.closed;
  slot.module.hold();
  try {
    const work = once(user, slot, operation, command);
    if (!isBounded(options)) return await work;
    return await new Promise<ResultOf<C>>((resolve, reject) => {
      const stop = guard(options, user.timers, operation, reject);
      work.then(resolve, reject).finally(stop);
    });
  } finally {
    slot.module.release();
  }
}

async function once<C extends Command>(
  user: SlotUser,
  slot: SlotHost,
  operation: C['op'],
  command: () => C,
): Promise<ResultOf<C>> {
  for (let first = true; ; first = false) {
    const { generation } = slot;
    const outcome = await slot.call(user, command());
    if (!outcome.failure) return outcome.value;
    const { failure } = outcome;
    const cure = cureFor(operation, failure);
    if (!first || cure === 'none') throw slotError(slot, operation, failure);
    if (cure === 'slot' || cure === 'module') await slot.recover(user, generation, failure);
    else if (cure !== 'session') throw slotError(slot, operation, failure);
  }
}
