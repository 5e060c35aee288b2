import type { Act, ActContext } from './act.js';
import { SignError } from './errors.js';
import type { Guarding } from './guarding.js';
import type { KeyIntent } from './guards.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { beginningOf, endOf, outcomeOf } from './outcomes.js';
import { beginAct } from './recorded.js';

/** Begins a use of a key when its guards agree, and tells them what comes of it. */
export async function beginGuarded(
  asked: Guarding,
  intent: KeyIntent,
  act: Act<Uint8Array>,
  acts: ActContext,
  call: CallOptions,
): Promise<Operation<Uint8Array>> {
  await asked.agree(intent, call);
  // Whoever waits for thousands keeps no intents that nobody hears of.
  const told: Act<Uint8Array> = asked.some
    ? { ...act, ended: (ending) => asked.tell({ intent, ...endOf(intent, ending) }) }
    : act;
  const begun = await beginAct(told, acts, call).catch(async (error: unknown) => {
    if (SignError.is(error)) await asked.tell({ intent, result: outcomeOf(error), error });
    throw error;
  });
  await asked.tell({ intent, ...(await beginningOf(intent, begun)) });
  return begun;
}
