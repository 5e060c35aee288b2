import { type PendingStore, SignError } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { connectTsb, createOci, createSigner } from '../../src/index.js';
import { prepare, resume, type World } from './support.js';

/** Told before each call that leaves the memory of the process; what it throws is what the call comes to. */
export type OnCall = (call: number) => void;

/** A process: everything that it does outside of its own memory is a call to the broker, to the registry or to the store. */
export interface Process {
  readonly store: PendingStore;
  readonly oci: Oci;
  readonly signer: ReturnType<typeof createSigner>;
  readonly backend: ReturnType<typeof connectTsb>;
  /** So far. */
  calls(): number;
}

/**
 * A process of a world.
 * @param lostAnswers calls that fail are carried out before
 */
export function processIn(world: World, onCall: OnCall = () => undefined, lostAnswers = false): Process {
  const { tsb, registry, clock, chain } = world;
  let calls = 0;
  const call = async <T>(work: () => Promise<T>, lost: () => Error): Promise<T> => {
    const step = ++calls;
    const failed = thrownBy(() => onCall(step));
    if (!failed) return work();
    if (lostAnswers) await work();
    throw failed === network ? lost() : failed;
  };
  const through =
    (fetch: typeof tsb.fetch): typeof tsb.fetch =>
    async (input, init) =>
      call(
        () => fetch(input, init),
        () => new TypeError('fetch failed'),
      );
  const full = () => new SignError('ERR_STORE', 'the store does not answer');
  const store: PendingStore = {
    get: async (...args) => call(() => world.store.get(...args), full),
    put: async (...args) => call(() => world.store.put(...args), full),
    delete: async (...args) => call(() => world.store.delete(...args), full),
    records: () => world.store.records?.() as AsyncIterable<never>,
  };
  const auth = { type: 'token', token: tsb.token } as const;
  const backend = connectTsb({ url: tsb.url, auth, fetch: through(tsb.fetch), clock, retries: 0 });
  const oci = createOci({ fetch: through(registry.fetch), clock });
  const signer = createSigner(backend, { label: 'release' }, { chain: [...chain], store, clock });
  return { store, oci, signer, backend, calls: () => calls };
}

/** What {@link OnCall} throws for a call that fails. */
export const network = new Error('this call fails');

function thrownBy(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

export const prepareIn = (world: World, { signer, oci, store }: Process, ...[items, more]: Tail<typeof prepare>) =>
  prepare(world, items, { signer, oci, store, ...more });

export const resumeIn = (world: World, { backend, oci, store }: Process, ...[id, more]: Tail<typeof resume>) =>
  resume(world, id, { backend, oci, store, ...more });

type Tail<F extends (first: never, ...rest: never[]) => unknown> = F extends (first: never, ...rest: infer R) => unknown
  ? R
  : never;

/** Some of the numbers from one to `last`, the same for the same seed; all of them with SLOW. */
export function someSteps(last: number, seed: number, count: number): readonly number[] {
  if (process.env.SLOW) return Array.from({ length: last }, (_, at) => at + 1);
  let state = seed;
  return Array.from({ length: count }, () => {
    // The minimal standard generator of Park and Miller.
    state = (state * 48_271) % 2_147_483_647;
    return 1 + (state % last);
  });
}
