import { SignError } from './errors.js';
import type { Guard, Publication, SigningIntent, SigningOutcome } from './guards.js';
import type { CallOptions } from './options.js';

/** Guards as a signer asks and tells them. */
export interface Guarding {
  /** Asks every `judge`. @throws SignError `ERR_VETOED` */
  judge(intent: SigningIntent, call: CallOptions): Promise<void>;
  /** Asks every `judge`, then every `before`; every guard is told of a veto. @throws SignError `ERR_VETOED` */
  agree(intent: SigningIntent, call: CallOptions): Promise<void>;
  /** Tells every `after`. @throws the first error of one */
  tell(outcome: SigningOutcome): Promise<void>;
  /** Tells every `published`. @throws the first error of one */
  published(publication: Publication): Promise<void>;
}

/** A guard's own `ERR_VETOED` says more than we could; stopping to wait is nobody's veto. */
async function allowed(ask: () => Promise<void> | void, { signal }: CallOptions): Promise<void> {
  try {
    await ask();
  } catch (cause) {
    signal?.throwIfAborted();
    if (SignError.is(cause, 'ERR_VETOED')) throw cause;
    throw new SignError('ERR_VETOED', 'a guard refused this use of the key', { cause });
  }
}

/** One guard that fails to take note keeps no other from it. */
async function toldAll(guards: readonly Guard[], one: (guard: Guard) => Promise<void> | void): Promise<void> {
  const failures: unknown[] = [];
  for (const guard of guards) {
    try {
      await one(guard);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Asked and told in the order in which they were given. */
export function guarding(guards: readonly Guard[]): Guarding {
  async function judge(intent: SigningIntent, call: CallOptions): Promise<void> {
    for (const guard of guards) await allowed(() => guard.judge?.(intent, call), call);
  }
  const tell = (outcome: SigningOutcome) => toldAll(guards, (guard) => guard.after?.(outcome));
  return {
    judge,
    tell,
    async agree(intent, call) {
      try {
        await judge(intent, call);
        for (const guard of guards) await allowed(() => guard.before?.(intent), call);
      } catch (error) {
        if (SignError.is(error)) await tell({ intent, result: 'refused', error });
        throw error;
      }
    },
    published: (publication) => toldAll(guards, (guard) => guard.published?.(publication)),
  };
}
