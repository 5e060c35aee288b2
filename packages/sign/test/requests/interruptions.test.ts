import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { connectTsb, createOci, createSigner } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import { approveAll, attachedTo, everyFormat, prepare, recordsOf, resume, thrown, type World } from './support.js';

/** The world with a network that stops after so many calls, until it is mended; and how many calls there were. */
function interrupted(world: World, onCall: (call: number) => void) {
  let calls = 0;
  const through =
    (fetch: typeof world.tsb.fetch): typeof world.tsb.fetch =>
    async (input, init) => {
      onCall(++calls);
      return fetch(input, init);
    };
  const { tsb, registry, clock, store, chain } = world;
  const backend = connectTsb({
    url: tsb.url,
    auth: { type: 'token', token: tsb.token },
    fetch: through(tsb.fetch),
    clock,
    retries: 0,
  });
  const oci = createOci({ fetch: through(registry.fetch), clock });
  const signer = createSigner(backend, { label: 'release' }, { chain: [...chain], store, clock });
  return { signer, oci, calls: () => calls };
}

/** A release that asks, is approved and publishes, with a network that ends at one call. */
async function release(
  world: World,
  { signer, oci }: Pick<ReturnType<typeof interrupted>, 'signer' | 'oci'>,
  signal?: AbortSignal,
) {
  const call = signal ? { signal } : {};
  const request = await prepare(world, everyFormat, { signer, oci, ...call });
  await request.submit(call);
  await approveAll(world);
  return request.complete({ approvalTimeoutMs: 60_000, ...call });
}

/** Whoever comes later, with everything in order. */
async function comesThrough(world: World): Promise<void> {
  for (let run = 0; run < 4; run++) {
    try {
      world.clock.advance(600_000);
      await release(world, { signer: world.signer(), oci: world.oci });
      break;
    } catch (error) {
      // An answer that was lost is cleared up when people have decided.
      if (!SignError.is(error, 'ERR_OUTCOME_UNKNOWN')) throw error;
      await approveAll(world);
    }
  }
  expect(await attachedTo(world)).toHaveLength(3);
  expect(world.tsb.requests.map(({ status }) => status)).toEqual(Array(4).fill('EXECUTED'));
  expect(await recordsOf(world)).toEqual(['signing-requests published']);
}

/** Calls of one whole release: every one of them is a step in which something can happen. */
async function stepsOfRelease(): Promise<number> {
  const world = await createWorld();
  const { calls, ...network } = interrupted(world, () => undefined);
  await release(world, network);
  return calls();
}

describe('whatever happens in whichever step', () => {
  it('of a network that is lost: a later run goes on, nothing is asked or attached twice', { timeout: 120_000 }, async () => {
    const steps = await stepsOfRelease();
    expect(steps).toBeGreaterThan(25);
    // Every step with SLOW; else some of them.
    for (let step = 1; step <= steps; step += process.env.SLOW ? 1 : 15) {
      const world = await createWorld();
      const { calls: _, ...network } = interrupted(world, (call) => {
        if (call >= step) throw new TypeError('fetch failed');
      });
      const lost = await thrown(release(world, network));
      expect(['ERR_NETWORK', 'ERR_OUTCOME_UNKNOWN', 'ERR_APPROVAL_PENDING'], `step ${step}`).toContain(lost.code);
      await comesThrough(world);
    }
  });

  it('of Ctrl-C: it ends with the reason of the signal, and a later run goes on', { timeout: 120_000 }, async () => {
    const steps = await stepsOfRelease();
    for (let step = 2; step <= steps; step += process.env.SLOW ? 1 : 15) {
      const world = await createWorld();
      const stop = new AbortController();
      const { calls: _, ...network } = interrupted(world, (call) => {
        if (call === step) stop.abort(new Error('Ctrl-C'));
      });
      const ended = await release(world, network, stop.signal).then(
        () => 'done',
        (error: unknown) => (error as Error).message,
      );
      // The last answers may come in before anybody looks at the signal.
      expect(['Ctrl-C', 'done'], `step ${step}`).toContain(ended);
      await comesThrough(world);
    }
  });

  it('of a store that is full: what was asked is not lost, and goes on when there is room', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    let room = 3;
    const full: typeof world.store = {
      ...world.store,
      put: async (...args) => {
        if (--room < 0) throw new SignError('ERR_STORE', 'no space left on device');
        return world.store.put(...args);
      },
    };
    const crowded = await prepare(world, everyFormat, { signer: world.signer(full), store: full });
    expect((await thrown(crowded.submit())).code).toBe('ERR_STORE');
    await request.submit();
    await approveAll(world);
    await (await resume(world, request.id)).complete();
    expect(await attachedTo(world)).toHaveLength(3);
    expect(world.tsb.requests).toHaveLength(4);
  });
});
