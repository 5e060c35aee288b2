import { type KeyInfo, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { issue } from '../../../pki/test/issue.js';
import { createWorld } from '../helpers.js';
import { approveAll, prepare, pushImage, resume, tagged, thrown, type World } from './support.js';

const one = [{ image: tagged, format: 'notation-jws' }] as const;
const movedFrom = 'tag moved from';

async function release(world: World) {
  const request = await prepare(world, one);
  await request.submit();
  await approveAll(world);
  await request.complete();
}

describe('a tag that has moved', () => {
  it('is told to approvers with what it named when it was last published, as a claim', async () => {
    const world = await createWorld();
    await release(world);
    world.clock.advance(1_000);
    expect((await prepare(world, one)).items[0]?.claims).not.toHaveProperty([movedFrom]);
    await pushImage(world.oci, tagged, 'the next release');
    const [item] = (await prepare(world, one, { claims: { reason: 'release' } })).items;
    expect(item?.claims).toMatchObject({ tag: '1.4', [movedFrom]: world.digest, reason: 'release' });
    await release(world);
    world.clock.advance(1_000);
    expect((await prepare(world, one)).items[0]?.claims).not.toHaveProperty([movedFrom]);
  });

  it('while people decide is told with what they were asked about before', async () => {
    const world = await createWorld();
    const request = await prepare(world, one);
    await request.submit();
    await pushImage(world.oci, tagged, 'the next release');
    const later = await resume(world, request.id);
    await later.refresh();
    const [item] = (await later.reprepare()).items;
    expect(item?.claims).toMatchObject({ [movedFrom]: world.digest, again: 'asked before: stale' });
  });

  it.each(['sha256:00', `sha256:${'0'.repeat(64)} of course`, 7])('is told by no %j that a store says', async (digest) => {
    const world = await createWorld();
    await release(world);
    const { put } = world.store;
    for await (const { kind, repository, tag } of world.store.records?.() ?? [])
      if (kind === 'signing-tag') {
        const { tagKey } = await import('../../src/requests/tag-memory.js');
        const key = tagKey({ repository, tag } as never);
        await put(key, { version: 1, kind, nonce: 'x', repository: 'x', tag: 'x', digest, at: 0 });
      }
    await pushImage(world.oci, tagged, 'the next release');
    expect((await prepare(world, one)).items[0]?.claims).not.toHaveProperty([movedFrom]);
  });
});

describe('where a key lives', () => {
  /** A process that took a stale request up, with certificates that say nothing of an emulator. */
  async function stale(describeKey: (info: KeyInfo) => KeyInfo) {
    const world = await createWorld({ spec: 'rsa-2048' });
    const request = await prepare(world, one);
    await request.submit();
    await pushImage(world.oci, tagged, 'the next release');
    const backend = world.backend();
    const info = await backend.describeKey({ label: 'release' });
    const { spki } = info;
    const { der } = await issue({ privateKey: rsaKey(), spki });
    const asked = Object.assign(backend, { describeKey: async () => describeKey(info) });
    const later = await resume(world, request.id, { backend: asked, chains: [[der]] });
    await later.refresh();
    return later.reprepare();
  }

  it('is asked of the backend anew, and not known from a store: what an emulator signs says so (S34)', async () => {
    expect(await thrown(stale((info) => ({ ...info, assurance: 'emulated' })))).toMatchObject({
      code: 'ERR_CHAIN_INVALID',
      details: { rule: 'emulated-mark' },
    });
  });

  it('is self-reported where the credential may not ask, and another key is none', async () => {
    const forbidden = () => {
      throw new SignError('ERR_FORBIDDEN', 'no right to read attributes');
    };
    expect((await stale(forbidden)).items[0]?.status).toBe('prepared');
    const other = (info: KeyInfo) => ({ ...info, spki: info.spki.map((byte) => byte ^ 1) });
    expect((await thrown(stale(other))).code).toBe('ERR_KEY_CHANGED');
  });
});
