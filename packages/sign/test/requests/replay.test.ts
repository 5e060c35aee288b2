import { generateKeyPairSync } from 'node:crypto';
import { createMemoryStore } from '@securosys/core';
import { applicationKeyFromPrivateKey } from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { clearEndedRequests, listSigningRequests, requestFile, signImage } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import {
  alteredFile,
  approveAll,
  attachedTo,
  type FileJson,
  prepare,
  repositoryName,
  resume,
  tagged,
  thrown,
} from './support.js';

const targets = [repositoryName];
const two = [{ image: tagged, format: ['notation-jws', 'cosign'] as const }];
const dayMs = 86_400_000;
const ofItems = (change: (item: FileJson['items'][number]) => object) => (json: FileJson) => {
  for (const item of json.items) change(item);
};
/** What whoever has the file can make of it so that it is another request, by its id or by nothing else. */
const alterations: readonly (readonly [string, (json: FileJson) => unknown])[] = [
  ['as it was', () => undefined],
  ['with another way of publishing', (json) => Object.assign(json, { publish: 'all' })],
  ['with an end that it had not', (json) => Object.assign(json, { expiresAt: 4e12 })],
  ['as if it were prepared anew', (json) => Object.assign(json, { again: 1 })],
  ['with its items in another order', (json) => json.items.reverse()],
  ['with one of its items', (json) => json.items.pop()],
  ['with another nonce and date', (json) => Object.assign(json, { nonce: 'f'.repeat(32), createdAt: 4e12 })],
  ['with items under other nonces', ofItems((item) => Object.assign(item, { nonce: 'f'.repeat(32) }))],
  ['with other claims', ofItems(({ claims }) => Object.assign(claims, { reason: 'trust me' }))],
];

/** A world with a request and its file. */
async function worldWithFile(expiresAfterMs?: number) {
  const world = await createWorld();
  const request = await prepare(world, two, expiresAfterMs === undefined ? {} : { expiresAfterMs });
  return { world, request, file: await requestFile(request) };
}
type Used = Awaited<ReturnType<typeof worldWithFile>>;

const ends: readonly (readonly [string, (used: Used) => Promise<unknown>])[] = [
  [
    'was published',
    async ({ world, file }) => {
      const taken = await resume(world, file, { targets });
      await taken.submit();
      await approveAll(world);
      await taken.complete();
    },
  ],
  [
    'was cancelled',
    async ({ world, file }) => {
      const taken = await resume(world, file, { targets });
      await taken.submit();
      await taken.cancel();
    },
  ],
  ['was cancelled before anybody was asked', ({ request }) => request.cancel()],
  [
    'was submitted, and its items ended one by one',
    async ({ world, request }) => {
      await request.submit();
      await approveAll(world);
      await signImage(tagged, { signer: world.signer(), oci: world.oci, format: 'notation-jws' });
      await (await resume(world, request.items[1]?.id as string)).complete();
    },
  ],
];

describe('a request file that nobody vouches for, after its request', () => {
  it.each(ends)('%s: is good for no other, however it is altered', async (_, end) => {
    const used = await worldWithFile();
    const { world, file } = used;
    await end(used);
    const asked = world.tsb.requests.length;
    for (const [name, alter] of alterations)
      expect(await thrown(resume(world, alteredFile(file, alter), { targets })), name).toMatchObject({
        code: 'ERR_REQUEST_STALE',
      });
    expect(world.tsb.requests).toHaveLength(asked);
  });

  it('was never submitted: a date in the future, which would outlive every true file, is refused', async () => {
    const { world, file } = await worldWithFile();
    for (const createdAt of [world.clock.now() + 600_000, 4e12])
      expect(
        await thrown(
          resume(
            world,
            alteredFile(file, (json) => Object.assign(json, { createdAt })),
            { targets },
          ),
        ),
      ).toMatchObject({
        code: 'ERR_MALFORMED',
        details: { reason: 'from-the-future' },
      });
  });

  it('was never submitted: times that no calendar has are refused, for nobody could list them', async () => {
    const { world, file } = await worldWithFile();
    for (const time of [{ expiresAt: Number.MAX_SAFE_INTEGER }, { createdAt: Number.MAX_SAFE_INTEGER }, { createdAt: -1 }]) {
      const strange = alteredFile(file, (json) => Object.assign(json, time));
      expect((await thrown(resume(world, strange, { targets }))).code).toBe('ERR_MALFORMED');
    }
    await expect(prepare(world, two, { expiresAfterMs: 1e300 })).rejects.toThrow(/thousand years/);
    await world.store.put('requests-strange', { kind: 'signing-requests', publish: 'each', items: [], createdAt: 9e15 });
    expect(await listSigningRequests(world.store, { clock: world.clock })).toEqual([]);
  });

  it('was over: the end of its time cannot be taken away', async () => {
    const { world, request, file } = await worldWithFile(3_600_000);
    await request.submit();
    world.clock.advance(3_600_000);
    const endless = alteredFile(file, (json) => delete json.expiresAt);
    expect((await thrown(resume(world, endless, { targets }))).code).toBe('ERR_REQUEST_STALE');
  });
});

describe('while its request is open', () => {
  it('the file is one more way to it, and nothing but itself', async () => {
    const { world, request, file } = await worldWithFile();
    await (await resume(world, file, { targets })).submit();
    for (const [name, alter] of alterations.slice(1))
      expect((await thrown(resume(world, alteredFile(file, alter), { targets }))).code, name).toBe('ERR_REQUEST_STALE');
    const early = await resume(world, file, { targets });
    await approveAll(world);
    const { manifests } = await (await resume(world, file, { targets })).complete();
    expect([manifests.length, world.tsb.requests.length]).toEqual([2, 3]);
    // Whoever has it already finds what was attached; a copy that was not submitted is used up.
    expect((await early.complete()).manifests).toHaveLength(2);
    expect((await thrown(resume(world, request.id))).details.ended).toBe('published');
    expect(await attachedTo(world)).toHaveLength(2);
  });

  it('a copy that was taken up before, and altered, is refused when it is submitted', async () => {
    const { world, request, file } = await worldWithFile();
    const all = await resume(world, alteredFile(file, alterations[1]?.[1] as () => void), { targets });
    await request.submit();
    expect((await thrown(all.submit())).code).toBe('ERR_REQUEST_STALE');
    expect((await thrown(all.complete())).code).toBe('ERR_REQUEST_STALE');
    expect(world.tsb.requests).toHaveLength(3);
  });
});

describe('the same asked anew', () => {
  it('here is another request, of which the old file is none', async () => {
    const { world, request, file } = await worldWithFile();
    await request.submit();
    await approveAll(world);
    await request.complete();
    world.clock.advance(1_000);
    const anew = await prepare(world, two);
    await anew.submit();
    for (const [name, alter] of alterations)
      expect((await thrown(resume(world, alteredFile(file, alter), { targets }))).code, name).toBe('ERR_REQUEST_STALE');
    await approveAll(world);
    expect((await anew.complete()).manifests).toHaveLength(2);
  });

  it('in a file that a requester vouches for is another request, and each such file is good for one', async () => {
    const world = await createWorld();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = applicationKeyFromPrivateKey(privateKey);
    const own = { requester: key.spki };
    const files: Uint8Array[] = [];
    for (let at = 0; at < 2; at++) {
      // Each prepared on a machine that has nothing of the one before.
      files.push(await requestFile(await prepare(world, two, { store: createMemoryStore() }), key));
      world.clock.advance(1_000);
    }
    for (const file of files) {
      const taken = await resume(world, file, own);
      await taken.submit();
      await approveAll(world);
      await taken.complete();
    }
    for (const file of files)
      expect(await thrown(resume(world, file, own))).toMatchObject({
        code: 'ERR_REQUEST_STALE',
        details: { reason: 'replayed' },
      });
  });
});

describe('what is kept of requests that are over', () => {
  it('is cleared away after 180 days by who lists, ends or asks for it, and older files are taken by nobody', async () => {
    const { world, request, file } = await worldWithFile();
    await request.submit();
    await approveAll(world);
    await request.complete();
    const records = async () => {
      const kinds: unknown[] = [];
      for await (const { kind } of world.store.records?.() ?? []) kinds.push(kind);
      return kinds.sort();
    };
    const kept = ['signing-clearing', 'signing-requests', 'signing-tag', 'signing-trace', 'signing-trace'];
    expect(await records()).toEqual(kept);
    world.clock.advance(179 * dayMs);
    expect(await clearEndedRequests(world.store, { clock: world.clock })).toBe(0);
    expect(await listSigningRequests(world.store, { clock: world.clock })).toEqual([]);
    expect(await records()).toEqual(kept);
    world.clock.advance(2 * dayMs);
    expect(await thrown(resume(world, file, { targets }))).toMatchObject({ details: { reason: 'replayed' } });
    await listSigningRequests(world.store, { clock: world.clock });
    expect(await records()).toEqual(['signing-clearing']);
    expect(await thrown(resume(world, file, { targets }))).toMatchObject({
      code: 'ERR_REQUEST_STALE',
      details: { reason: 'too-old' },
    });
  });

  it('is cleared away by the end of a later request, and never while an item is open', async () => {
    const { world, request } = await worldWithFile();
    await request.submit();
    await request.cancel();
    const open = await prepare(world, [{ image: tagged, format: 'notation-cose' }]);
    await open.submit();
    world.clock.advance(200 * dayMs);
    const last = await prepare(world, [{ image: tagged, format: 'cosign' }]);
    await last.submit();
    await last.cancel();
    const left: unknown[] = [];
    for await (const { kind, item, id } of world.store.records?.() ?? []) if (kind !== 'signing-request') left.push(item ?? id);
    for (const kept of [open.items[0]?.id, last.items[0]?.id, last.id]) expect(left).toContain(kept);
    expect(left).not.toContain(request.id);
    expect(left).not.toContain(request.items[0]?.id);
    expect((await listSigningRequests(world.store, { clock: world.clock })).map(({ id }) => id)).toEqual([open.id]);
  });
});
