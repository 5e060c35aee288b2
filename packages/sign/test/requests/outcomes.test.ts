import type { PendingStore } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../helpers.js';
import { approveAll, attachedTo, prepare, pushImage, repositoryName, resume, tagged, thrown, type World } from './support.js';

const other = `${repositoryName}:other`;
const two = [
  { image: tagged, format: 'notation-jws' },
  { image: other, format: 'notation-jws' },
] as const;

async function submitted(more: Parameters<typeof prepare>[2] = {}) {
  const world = await createWorld();
  const digest = await pushImage(world.oci, other, 'other');
  const request = await prepare(world, two, more);
  await request.submit();
  const [first] = world.tsb.requests;
  return { world, request, digest, first: first?.id as string };
}

const vote = async (world: World, id: string, how: 'approve' | 'reject') => {
  for (const approver of world.approvers.slice(0, 2)) await world.tsb[how](id, approver);
};

const statuses = (request: { items: readonly { status: string }[] }) => request.items.map(({ status }) => status);

describe('partial outcomes', () => {
  it('by default what is ready is published, and the rest by a later call', async () => {
    const { world, request, first, digest } = await submitted();
    await vote(world, first, 'approve');
    const pending = await thrown(request.complete({ approvalTimeoutMs: 0 }));
    expect(pending.code).toBe('ERR_APPROVAL_PENDING');
    expect(statuses(request).sort()).toEqual(['pending', 'published']);
    const later = await resume(world, request.id);
    expect(statuses(await later.refresh()).sort()).toEqual(['pending', 'published']);
    await approveAll(world);
    expect((await later.complete()).manifests).toHaveLength(2);
    expect([(await attachedTo(world)).length, (await attachedTo(world, digest)).length]).toEqual([1, 1]);
    expect(world.tsb.requests).toHaveLength(2);
  });

  it("with 'all' nothing is attached before everything is signed", async () => {
    const { world, request, first, digest } = await submitted({ publish: 'all' });
    await vote(world, first, 'approve');
    expect((await thrown(request.complete({ approvalTimeoutMs: 0 }))).code).toBe('ERR_APPROVAL_PENDING');
    expect([await attachedTo(world), await attachedTo(world, digest)]).toEqual([[], []]);
    expect(statuses(request).sort()).toEqual(['pending', 'signed']);
    await approveAll(world);
    await (await resume(world, request.id)).complete();
    expect([(await attachedTo(world)).length, (await attachedTo(world, digest)).length]).toEqual([1, 1]);
  });

  it("with 'all' a tag that moved keeps everything from being attached", async () => {
    const { world, request, digest } = await submitted({ publish: 'all' });
    await approveAll(world);
    await pushImage(world.oci, other, 'another release');
    const stale = await thrown((await resume(world, request.id)).complete());
    expect(stale).toMatchObject({ code: 'ERR_REQUEST_STALE', details: { reason: 'subject-changed' } });
    expect([await attachedTo(world), await attachedTo(world, digest)]).toEqual([[], []]);
  });

  it('what people rejected stays so for every process, and is asked again by preparing it anew only', async () => {
    const { world, request, first } = await submitted();
    await vote(world, first, 'reject');
    await approveAll(world);
    expect(await thrown(request.complete())).toMatchObject({ code: 'ERR_APPROVAL_REJECTED' });
    expect(statuses(request).sort()).toEqual(['published', 'rejected']);
    const later = await resume(world, request.id);
    expect(statuses(later).sort()).toEqual(['published', 'rejected']);
    expect((await thrown(later.complete())).code).toBe('ERR_APPROVAL_REJECTED');
    expect(world.tsb.requests).toHaveLength(2);

    world.clock.advance(1_000);
    const anew = await later.reprepare();
    expect(statuses(anew).sort()).toEqual(['prepared', 'published']);
    expect(anew.items.find(({ status }) => status === 'prepared')?.claims.again).toBe('asked before: rejected');
    // Approvers tell it from the one before, of which they may still have tasks.
    expect(anew.id).not.toBe(later.id);
    expect(world.tsb.requests).toHaveLength(2);
    await anew.submit();
    expect(world.tsb.requests).toHaveLength(3);
    await approveAll(world);
    expect((await anew.complete()).manifests).toHaveLength(2);
    expect((await thrown(later.complete())).code).toBe('ERR_REQUEST_NOT_FOUND');
  });
});

describe('states while people decide', () => {
  const one = [{ image: tagged, format: 'notation-jws', expiry: '1h' }] as const;
  const cases: [string, (world: World) => Promise<unknown>, RegExp][] = [
    ['the tag moved', (world) => pushImage(world.oci, tagged, 'another release'), /names another image now/],
    ['the tag is gone', async (world) => world.registry.tags.delete('app:1.4'), /is gone/],
    ['the expiry passed', async (world) => world.clock.advance(2 * 3_600_000), /has expired/],
  ];
  it.each(cases)(
    '%s: one look says stale, nothing is attached, and a new preparation is asked anew',
    async (_, happen, reason) => {
      const world = await createWorld();
      const request = await prepare(world, one);
      await request.submit();
      await happen(world);
      const later = await resume(world, request.id);
      const [item] = (await later.refresh()).items;
      expect(item).toMatchObject({ status: 'stale', code: 'ERR_REQUEST_STALE', reason: expect.stringMatching(reason) });
      await approveAll(world);
      expect((await thrown((await resume(world, request.id)).complete())).code).toBe('ERR_REQUEST_STALE');
      if (!world.registry.tags.has('app:1.4')) return expect((await thrown(later.reprepare())).code).toBe('ERR_NOT_FOUND');
      const anew = await later.reprepare();
      await anew.submit();
      await approveAll(world);
      const { manifests } = await anew.complete();
      expect(manifests[0]?.reference).toBe(`${repositoryName}@${(await world.oci.open(tagged).resolve()).descriptor.digest}`);
    },
  );

  it('a certificate that ends while people decide makes it stale', async () => {
    const world = await createWorld();
    const request = await prepare(world, [{ image: tagged, format: 'notation-jws' }]);
    await request.submit();
    await approveAll(world);
    world.clock.advance(40 * 365 * 86_400_000);
    const [item] = (await (await resume(world, request.id)).refresh()).items;
    expect(item).toMatchObject({ status: 'stale', reason: expect.stringMatching(/certificate/) });
  });

  it('what was asked and got no answer is unknown, and a look asks nothing', async () => {
    const world = await createWorld();
    const request = await prepare(world, [{ image: tagged, format: 'notation-jws' }]);
    await request.submit();
    // As after a crash between asking and noting the id.
    const store: PendingStore = {
      ...world.store,
      get: async (key) => {
        const { requestId: _, ...record } = (await world.store.get(key)) ?? {};
        return Object.keys(record).length === 0 ? undefined : record;
      },
    };
    const later = await resume(world, request.id, { store });
    expect((await later.refresh()).items[0]).toMatchObject({ status: 'unknown', code: 'ERR_OUTCOME_UNKNOWN' });
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('what is signed by the same key over the same bytes already is found and not doubled', async () => {
    const world = await createWorld({ approvals: false });
    const items = [{ image: tagged, format: 'cosign' }] as const;
    await (await prepare(world, items)).complete();
    const before = await attachedTo(world);
    const again = await prepare(world, items);
    await again.complete();
    expect(await attachedTo(world)).toEqual(before);
  });
});
