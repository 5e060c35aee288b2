import { utf8Bytes } from '@securosys/core';
import { attachCosign, collectCosign, cosignTrust, evaluateCosignImage } from '@securosys/cosign';
import { mediaTypes } from '@securosys/oci';
import { describe, expect, it } from 'vitest';
import { bundleManifest } from '../../src/storage/attach-bundle.js';
import { attested, p256, putTag, signed, tagOf, world } from './world.js';

describe('what is stored about an image', () => {
  it('is all found, of both shapes, with the descriptors that hold it', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject), w.subject);
    await attachCosign(w.repository, attested(w.subject), w.subject);
    const { signatures, attestations, bundles, faults, limits } = await collectCosign(w.repository, w.subject);
    expect([signatures.length, attestations.length, bundles.length, faults, limits]).toEqual([1, 1, 2, [], []]);
    for (const { manifest, layer, content } of [...signatures, ...attestations, ...bundles]) {
      expect(w.registry.manifests.has(`app@${manifest.digest}`)).toBe(true);
      expect(content).toEqual(w.registry.blobs.get(layer.digest));
    }
  });

  it('leaves artifacts of others alone, also those without a type', async () => {
    const w = world();
    const { mediaType, digest, size } = w.subject;
    for (const artifactType of ['application/vnd.cncf.notary.signature', mediaTypes.emptyJson]) {
      const config = { mediaType: mediaTypes.emptyJson, digest: `sha256:${'44'.repeat(32)}`, size: 2 };
      const layers = [{ mediaType: 'text/plain', digest: `sha256:${'55'.repeat(32)}`, size: 3 }];
      const document = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, artifactType, config, layers };
      const manifest = utf8Bytes(JSON.stringify({ ...document, subject: { mediaType, digest, size } }));
      await w.repository.attach(manifest, mediaTypes.imageManifest, w.subject);
    }
    const { bundles, faults } = await collectCosign(w.repository, w.subject);
    expect([bundles, faults]).toEqual([[], []]);
  });

  it('is a fault where it is no bundle, or belongs to another image', async () => {
    const w = world({ referrersApi: false });
    const stranger = { ...w.subject, digest: `sha256:${'cd'.repeat(32)}` };
    const bundle = utf8Bytes('{}');
    await w.repository.pushBlob(bundle, 'application/json');
    const entry = await w.repository.attach(bundleManifest(bundle, 'x', stranger, 0), mediaTypes.imageManifest, stranger);
    const manifests = [entry, { ...entry, digest: `sha256:${'ef'.repeat(32)}` }];
    const index = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests };
    putTag(w, tagOf(w.subject), index, mediaTypes.imageIndex);
    const { bundles, faults } = await collectCosign(w.repository, w.subject);
    expect(bundles).toEqual([]);
    expect(faults.map(({ shape, error }) => [shape, error.code])).toEqual([
      ['bundle', 'ERR_MALFORMED'],
      ['bundle', 'ERR_NOT_FOUND'],
    ]);
  });

  it('hides no legacy signature when somebody puts an image on the referrers tag', async () => {
    const w = world({ referrersApi: false });
    await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'] }), w.subject);
    w.registry.tags.set(`app:${tagOf(w.subject)}`, w.subject.digest);
    const { signatures, faults } = await collectCosign(w.repository, w.subject);
    expect([signatures.length, faults.map(({ error }) => error.code)]).toEqual([1, ['ERR_PROTOCOL']]);
    const trust = cosignTrust({ keys: [{ publicKey: p256.spki }] });
    expect((await evaluateCosignImage(w.repository, w.subject, trust)).verdict).toBe('trusted');
  });

  it('is not asked for with an option that does not exist', async () => {
    const w = world();
    await expect(collectCosign(w.repository, w.subject, { repository: 'x' } as object)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});
