import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { createOci } from '@securosys/oci';
import { createMemoryRegistry } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { start, world } from '../../../dct/test/support/world.js';
import { cosignTrust, dctTrust, migrationReport, prepareMigration, verifyImage } from '../../src/index.js';

const image = 'registry.example/team/app';

async function signedTags(count: number) {
  const own = await world();
  const registry = createMemoryRegistry();
  const set: Record<string, { digest: string; size: number }> = {};
  for (let at = 0; at < count; at++) {
    const { digest, size } = registry.addImage(`${image}:t${at}`, { content: `image ${at}` });
    set[`t${at}`] = { digest, size };
  }
  await own.tags({ set: { ...set, alias: set.t0 as never }, remove: ['v1', 'v2'] });
  const backend = createMemoryBackend();
  backend.addKey({ label: 'release', privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey });
  const clock = { now: () => start, sleep: async () => undefined };
  const signer = createSigner(backend, { label: 'release' }, { clock });
  const oci = createOci({ fetch: registry.fetch });
  const trust = dctTrust({ root: { certificate: own.rootCertificate }, server: () => own.server });
  const { spki } = await signer.describe();
  return { own, registry, set, spki, options: { trust, signer, oci, clock, format: 'cosign' as const } };
}

describe('leaving Docker Content Trust', () => {
  it('signs every digest once that is still there, and reports what is not', async () => {
    const { registry, set, spki, options } = await signedTags(3);
    registry.manifests.delete(`team/app@${set.t1?.digest}`);
    registry.manifests.delete(`${image}@${set.t1?.digest}`);
    const migration = await prepareMigration(image, options);
    expect(migration.request?.items).toHaveLength(2);
    const completed = await migration.request?.complete();
    const { entries } = migrationReport(migration, completed);
    expect(entries.map(({ tag, status, signers }) => [tag, status, signers])).toEqual([
      ['alias', 'signed', ['targets/ci']],
      ['t0', 'signed', ['targets/ci']],
      ['t1', 'missing-image', ['targets/ci']],
      ['t2', 'signed', ['targets/ci']],
    ]);
    expect(Object.keys(entries[0]?.signatures ?? {})).toEqual(['cosign']);
    const trust = cosignTrust({ keys: [{ publicKey: spki }] });
    for (const tag of ['t0', 't2'])
      await expect(
        verifyImage(`${image}@${set[tag]?.digest}`, { trust, oci: options.oci, clock: options.clock }),
      ).resolves.toBeDefined();
  });

  it('before anything is signed says what would be', async () => {
    const migration = await prepareMigration(image, { ...(await signedTags(2)).options, tags: ['t1'] });
    expect(migrationReport(migration).entries.map(({ tag, status }) => [tag, status])).toEqual([['t1', 'to-sign']]);
  });

  it('signs nothing of metadata that does not verify, and nothing of a tag that is not there', async () => {
    const { own, options } = await signedTags(1);
    await expect(prepareMigration(image, { ...options, tags: ['no'] })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    own.server.files.delete('timestamp');
    await expect(prepareMigration(image, options)).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  });

  it('tells approvers of tags no more than they can read, and nothing that reads as another digest, whatever a signer calls them', async () => {
    const { own, set, options } = await signedTags(1);
    const target = set.t0 as { digest: string; size: number };
    const names = [
      'f'.repeat(64),
      `sha256-${'A'.repeat(64)}.sig`,
      ...Array.from({ length: 200 }, (_, at) => `${at}`.padEnd(128, 'x')),
    ];
    await own.tags({ set: Object.fromEntries(names.map((name) => [name, target])) });
    const { request, tags } = await prepareMigration(image, options);
    expect(tags).toHaveLength(204);
    const claim = request?.items[0]?.claims['tags in Docker Content Trust'] ?? '';
    expect(claim).toMatch(/^0x{127}, .* and \d+ more$/);
    expect(claim).not.toMatch(/[0-9a-f]{64}/i);
    expect(claim.length).toBeLessThan(500);
  });

  it('has no request where there is nothing to sign', async () => {
    const { registry, options } = await signedTags(1);
    registry.manifests.clear();
    const migration = await prepareMigration(image, options);
    expect([migration.request, migration.tags.map(({ status }) => status)]).toEqual([
      undefined,
      ['missing-image', 'missing-image'],
    ]);
  });
});
