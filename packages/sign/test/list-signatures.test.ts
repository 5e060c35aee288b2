import { utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { listSignatures, signImage } from '../src/index.js';
import { createWorld, pushImage, repositoryName, tagged, type World } from './helpers.js';

const list = (world: World, more: object = {}, reference = tagged) =>
  listSignatures(reference, { oci: world.oci, clock: world.clock, ...more });

async function signed(styles: readonly (undefined | 'config' | 'artifact-type')[], options: object = {}): Promise<World> {
  const world = await createWorld({ approvals: false, ...options });
  for (const [i, style] of styles.entries())
    await signImage(tagged, {
      signer: world.signer(),
      format: 'notation-jws',
      oci: world.oci,
      clock: world.clock,
      annotations: { i: String(i) },
      ...(style && { style }),
    });
  return world;
}

describe('listing signatures', () => {
  it.each([true, false])('both generations of manifests are listed, with the referrers API: %s', async (referrersApi) => {
    const world = await signed([undefined, 'artifact-type'], { registry: { referrersApi } });
    const { reference, signatures } = await list(world);
    expect(reference).toBe(`${repositoryName}@${world.digest}`);
    expect(signatures.map(({ error, ...one }) => error ?? ('style' in one && one.style))).toEqual(['config', 'artifact-type']);
    for (const signature of signatures)
      expect(signature).toMatchObject({
        reference: `${repositoryName}@${signature.descriptor.digest}`,
        mediaType: 'application/jose+json',
        envelope: { mediaType: 'application/jose+json' },
        annotations: { 'org.opencontainers.image.created': '2026-03-01T00:00:00Z' },
      });
  });

  it('what cannot be used is listed with its reason, and hides nothing', async () => {
    const world = await createWorld({ approvals: false });
    const repository = world.oci.open(tagged);
    const { descriptor: subject } = await repository.resolve();
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const config = await repository.pushBlob(utf8Bytes('{}'), 'application/vnd.cncf.notary.signature');
    const layer = await repository.pushBlob(utf8Bytes('{}'), 'application/jose+json');
    const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer, layer], subject }));
    await repository.attach(manifest, mediaType, subject);
    await signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock });
    const { signatures } = await list(world);
    expect(signatures.map(({ error }) => error?.code)).toEqual(['ERR_MALFORMED', undefined]);
    expect(signatures[0]?.error?.message).toContain('exactly one layer');
  });

  it('no signature is an empty list, and no envelope is read', async () => {
    const world = await signed([undefined]);
    await pushImage(world.oci, `${repositoryName}:bare`, 'bare');
    expect((await list(world, {}, `${repositoryName}:bare`)).signatures).toEqual([]);
    world.registry.requests.length = 0;
    await list(world);
    expect(world.registry.requests.filter(({ url }) => url.includes('/blobs/'))).toEqual([]);
    expect(world.registry.requests.filter(({ url }) => url.endsWith('/manifests/1.4'))).toHaveLength(1);
  });

  it('a cap that is reached is said, with what was listed before (S23)', async () => {
    const world = await signed([undefined, undefined, undefined]);
    const { signatures, limit } = await list(world, { maxSignatures: 2 });
    expect(signatures).toHaveLength(2);
    expect(limit).toMatchObject({ code: 'ERR_LIMIT' });
    expect((await list(world, { maxSignatures: 3 })).limit).toBeUndefined();
  });

  it.each([{ maxSignatures: 0 }, { maxSignatures: '5' }, { limit: 5 }, { timeoutMs: -1 }])('%j is refused', async (more) => {
    const world = await createWorld({ approvals: false });
    await expect(list(world, more)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('the deadline covers the whole listing', async () => {
    const world = await signed([undefined, undefined, undefined]);
    world.registry.faults.push(() => void world.clock.advance(200));
    await expect(list(world, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });
});
