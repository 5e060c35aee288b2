import { describe, expect, it } from 'vitest';
import { verifyImage } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import {
  approveAll,
  attachedOf,
  attachedTo,
  everyFormat,
  prepare,
  pushImage,
  recordsOf,
  repositoryName,
  resume,
  tagged,
  thrown,
} from './support.js';

describe('a signing request of several items', () => {
  it('asks nobody while it is prepared, asks once for each item, and is completed by another process', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    expect(request.items.map(({ format, status }) => [format, status])).toEqual([
      ['notation-jws', 'prepared'],
      ['notation-cose', 'prepared'],
      ['cosign', 'prepared'],
    ]);
    expect([world.tsb.requests.length, await recordsOf(world)]).toEqual([0, []]);
    const submitted = await request.submit();
    expect(submitted.status).toBe('pending');
    // cosign signs the payload of `.sig` and the statement of the bundle.
    expect(world.tsb.requests).toHaveLength(4);
    await request.submit();
    expect(world.tsb.requests).toHaveLength(4);

    const pending = await thrown(request.complete({ approvalTimeoutMs: 0 }));
    expect(pending).toMatchObject({ code: 'ERR_APPROVAL_PENDING', details: { requestId: request.id } });
    expect((pending.details.items as { status: string }[]).map(({ status }) => status)).toEqual([
      'pending',
      'pending',
      'pending',
    ]);

    await approveAll(world);
    const later = await resume(world, request.id);
    expect(later.items.map(({ id }) => id)).toEqual(request.items.map(({ id }) => id));
    expect((await later.refresh()).status).toBe('signed');
    expect(await attachedTo(world)).toEqual([]);
    const { items } = await later.complete();
    expect(items.map((item) => 'signed' in item && 'reference' in item.signed && item.signed.reference)).toEqual(
      Array(3).fill(`${repositoryName}@${world.digest}`),
    );
    expect(world.tsb.requests).toHaveLength(4);
    await verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
    // Three referrers: two Notary signatures and a bundle; the legacy signature has a tag.
    expect(await attachedTo(world)).toHaveLength(3);
    expect(await recordsOf(world)).toEqual(['signing-requests published']);
  });

  it('is found again by asking for the same, and its id says what it is about', async () => {
    const world = await createWorld();
    const first = await prepare(world, everyFormat);
    await first.submit();
    world.clock.advance(3_600_000);
    const second = await prepare(world, everyFormat);
    expect(second.id).toBe(first.id);
    await second.submit();
    expect(world.tsb.requests).toHaveLength(4);
    const other = await prepare(world, everyFormat, { publish: 'all' });
    expect(other.id).not.toBe(first.id);
  });

  it('with keys that ask nobody is completed in one call', async () => {
    const world = await createWorld({ approvals: false });
    const request = await prepare(world, everyFormat);
    const { id, items } = await request.complete();
    expect([id, items.length]).toEqual([request.id, 3]);
    expect(request.state.status).toBe('published');
    expect(await attachedTo(world)).toHaveLength(3);
    expect(await recordsOf(world)).toEqual(['signing-requests published']);
  });

  it('completed twice attaches once, also by two processes at once', async () => {
    for (const approvals of [true, false]) {
      const world = await createWorld({ approvals });
      const request = await prepare(world, everyFormat);
      await request.submit();
      await approveAll(world);
      const others = [await resume(world, request.id), await resume(world, request.id)];
      const results = await Promise.all([request, ...others].map((one) => one.complete()));
      const attached = results.map(({ items }) => JSON.stringify(items.map(attachedOf)));
      expect(new Set(attached).size).toBe(1);
      expect(await attachedTo(world)).toHaveLength(3);
      expect((await request.complete()).items).toHaveLength(3);
      expect((await thrown(resume(world, request.id))).details).toMatchObject({ ended: 'published' });
    }
  });

  it('cancelled withdraws what people decide on, and nobody takes it up again', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    await request.submit();
    await (await resume(world, request.id)).cancel();
    expect(world.tsb.requests.map(({ status }) => status)).toEqual(Array(4).fill('CANCELLED'));
    expect(await recordsOf(world)).toEqual(['signing-requests cancelled']);
    expect(await thrown(resume(world, request.id))).toMatchObject({
      code: 'ERR_REQUEST_NOT_FOUND',
      details: { ended: 'cancelled' },
    });
    expect((await thrown(request.complete())).code).toBe('ERR_REQUEST_NOT_FOUND');
  });

  it('published meanwhile is not cancelled: whoever still has it is told so, and waits for the request and not for an item', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    await request.submit();
    const late = await resume(world, request.id);
    const waits = await thrown(late.complete({ approvalTimeoutMs: 0 }));
    expect(waits.message).toContain(`signing request ${request.id} waits for approvals (of 3 items`);
    await approveAll(world);
    await request.complete();
    expect(await thrown(late.cancel())).toMatchObject({ code: 'ERR_REQUEST_NOT_FOUND', details: { ended: 'published' } });
    expect(await attachedTo(world)).toHaveLength(3);
  });

  it('is also taken up by the id of one item', async () => {
    const world = await createWorld();
    const request = await prepare(world, [{ image: tagged, format: 'notation-jws' }]);
    await request.submit();
    await approveAll(world);
    const [item] = request.items;
    const one = await resume(world, item?.id as string);
    expect([one.id, one.items.length]).toEqual([item?.id, 1]);
    await one.complete();
    // The request finds what was attached for its item.
    const { items } = await request.complete();
    expect(items).toHaveLength(1);
    expect(await attachedTo(world)).toHaveLength(1);
  });

  it('has the manifests of an index and several images as items', async () => {
    const world = await createWorld({ approvals: false });
    await pushImage(world.oci, `${repositoryName}:other`, 'other');
    const request = await prepare(world, [
      { image: tagged, format: 'notation-jws', claims: { reason: 'release' } },
      { image: `${repositoryName}:other`, format: 'cosign', shapes: ['bundle'] },
    ]);
    expect(request.items.map(({ tag, claims }) => [tag, claims.reason])).toEqual([
      ['1.4', 'release'],
      ['other', undefined],
    ]);
    await request.complete();
    await expect(prepare(world, [everyFormat[0] as never, everyFormat[0] as never])).rejects.toThrow(/twice/);
  });
});
