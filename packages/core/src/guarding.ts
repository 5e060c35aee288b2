import { SignError } from './errors.js';
import type { Guard, KeyIntent, OutcomeOf, Publication } from './guards.js';
import type { CallOptions } from './options.js';

/** Any outcome, before it is known of which kind its intent is. */
export type ToldOutcome = Omit<OutcomeOf<KeyIntent>, 'intent' | 'result'> & {
  readonly intent: KeyIntent;
  readonly result: OutcomeOf<KeyIntent>['result'];
  readonly signatureSha256?: string;
};

/** Guards as a key asks and tells them. */
export interface Guarding {
  /** Whether there are any. */
  readonly some: boolean;
  /** Asks every `judge`; every guard is told of a veto. @throws SignError `ERR_VETOED` */
  judge(intent: KeyIntent, call: CallOptions): Promise<void>;
  /** Asks every `judge`, then every `before`; every guard is told of a veto. @throws SignError `ERR_VETOED` */
  agree(intent: KeyIntent, call: CallOptions): Promise<void>;
  /** Tells every `after`. @throws the first error of one */
  tell(outcome: ToldOutcome): Promise<void>;
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
async function toldAll<G>(guards: readonly G[], one: (guard: G) => Promise<void> | void): Promise<void> {
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

/** Asked and told in the order in which they were given. Each gets only intents of the kind that its key is bound for. */
export function guarding(guards: readonly Guard<KeyIntent>[]): Guarding {
  const tell = (outcome: ToldOutcome) => toldAll(guards, (guard) => guard.after?.(outcome as OutcomeOf<KeyIntent>));

  async function asked(intent: KeyIntent, asking: () => Promise<void>): Promise<void> {
    try {
      await asking();
    } catch (error) {
      if (SignError.is(error)) await tell({ intent, result: 'refused', error });
      throw error;
    }
  }

  async function judges(intent: KeyIntent, call: CallOptions): Promise<void> {
    for (const guard of guards) await allowed(() => guard.judge?.(intent, call), call);
  }

  return {
    some: guards.length > 0,
    tell,
    judge: (intent, call) => asked(intent, () => judges(intent, call)),
    agree: (intent, call) =>
      asked(intent, async () => {
        await judges(intent, call);
        for (const guard of guards) await allowed(() => guard.before?.(intent), call);
      }),
    published: (publication) => toldAll(guards, (guard) => guard.published?.(publication)),
  };
}
