import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@securosys/core';
import {
  attachCosign,
  bundleMediaType,
  collectCosign,
  cosignTrust,
  evaluateCosignImage,
  layerAnnotations,
} from '@securosys/cosign';
import { createOci, mediaTypes } from '@securosys/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureConfig } from '../../src/storage/signature-config.js';
import { signatureLayer } from '../../src/storage/signature-layer.js';
import { attested, by, other, p256, putTag, type StoredJson, signed, tagged, tagOf, world } from './world.js';

const sig = (w: ReturnType<typeof world>) => tagged(w, tagOf(w.subject, '.sig'));

describe('what is stored', () => {
  it('is the config that cosign writes, byte for byte (vector T1)', () => {
    const config = signatureConfig(['sha256:73989f516fe6403836eef8951983039f88ae0f04339411821df4c640c4d20f66']);
    expect([config.byteLength, sha256Hex(config)]).toEqual([
      233,
      '1bb0245a9396135d26e57291c993fa0946ef4532348ad2e79d060744e2896595',
    ]);
  });

  it('is a layer behind the .sig tag and a bundle that refers to the image, in the order of cosign', async () => {
    const w = world();
    const [legacy, bundle] = await attachCosign(w.repository, signed(w.subject), w.subject, { clock: w.clock });
    const manifest = sig(w);
    expect(Object.keys(manifest)).toEqual(['schemaVersion', 'mediaType', 'config', 'layers']);
    expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    expect(Object.keys(manifest.layers[0]?.annotations ?? {})).toEqual([layerAnnotations.signature]);
    expect(w.registry.tags.get(`app:${tagOf(w.subject, '.sig')}`)).toBe(legacy?.digest);
    expect(bundle).toMatchObject({
      artifactType: bundleMediaType,
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
        'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
      },
    });
    const { subject, config } = JSON.parse(
      new TextDecoder().decode(w.registry.manifests.get(`app@${bundle?.digest}`)?.bytes),
    ) as StoredJson;
    expect(subject).toEqual(w.subject);
    expect([config.mediaType, config.size]).toEqual(['application/vnd.oci.empty.v1+json', 2]);
  });

  it('stands in the fallback index with its type and its annotations where there is no referrers API', async () => {
    const w = world({ referrersApi: false });
    await attachCosign(w.repository, signed(w.subject), w.subject);
    const { manifests } = tagged<{ manifests: { artifactType?: string; annotations?: Record<string, string> }[] }>(
      w,
      tagOf(w.subject),
    );
    expect(manifests).toMatchObject([
      { artifactType: bundleMediaType, annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope' } },
    ]);
  });

  it('is only the shapes that the artifact has', async () => {
    const w = world();
    expect(await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['bundle'] }), w.subject)).toHaveLength(1);
    expect(w.registry.tags.has(`app:${tagOf(w.subject, '.sig')}`)).toBe(false);
    await attachCosign(w.repository, attested(w.subject, p256, {}, ['legacy']), w.subject);
    const { layers } = tagged(w, tagOf(w.subject, '.att'));
    expect(layers[0]?.annotations).toEqual({
      [layerAnnotations.signature]: '',
      predicateType: 'https://example.com/reviewed/v1',
    });
  });

  it('is elsewhere where a repository for signatures is named', async () => {
    const w = world();
    const signatures = w.open('registry.example/signatures');
    const options = { signatureRepository: signatures };
    await attachCosign(w.repository, signed(w.subject), w.subject, options);
    expect([...w.registry.tags.keys()].sort()).toEqual(['app:1', `signatures:${tagOf(w.subject, '.sig')}`]);
    const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], require: 'both' });
    expect(await evaluateCosignImage(w.repository, w.subject, trust, options)).toMatchObject({ verdict: 'trusted' });
    expect(await evaluateCosignImage(w.repository, w.subject, trust)).toMatchObject({ reason: { code: 'no-signatures' } });
  });
});

describe('what is there already', () => {
  it('stays once: the same key, payload and annotations in both shapes (cosign.md §3.4 no. 3, §7.1)', async () => {
    const w = world();
    const first = await attachCosign(w.repository, signed(w.subject), w.subject, { by: by(p256) });
    const again = await attachCosign(w.repository, signed(w.subject), w.subject, { by: by(p256) });
    expect(again.map(({ digest }) => digest)).toEqual(first.map(({ digest }) => digest));
    const attestation = await attachCosign(w.repository, attested(w.subject), w.subject, { by: by(p256) });
    const repeated = await attachCosign(w.repository, attested(w.subject), w.subject, { by: by(p256) });
    expect(repeated.map(({ digest }) => digest)).toEqual(attestation.map(({ digest }) => digest));
  });

  it.each([
    ['another key', other, {}],
    ['other annotations', p256, { annotations: { a: 'b' } }],
  ])('is joined by a signature with %s', async (_, key, options) => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject), w.subject, { by: by(p256) });
    await attachCosign(w.repository, signed(w.subject, key, options), w.subject, { by: by(key) });
    const { signatures, bundles } = await collectCosign(w.repository, w.subject);
    expect([signatures.length, bundles.length]).toEqual([2, 2]);
  });

  it('is joined by a second signature when nobody says which key made them', async () => {
    const w = world();
    const [one, two] = [signed(w.subject, p256, { shapes: ['legacy'] }), signed(w.subject, p256, { shapes: ['legacy'] })];
    for (const signature of [one, two, one]) await attachCosign(w.repository, signature, w.subject);
    expect(sig(w).layers).toHaveLength(2);
  });

  it('is not what a damaged signature of the same payload says', async () => {
    const w = world();
    const good = signed(w.subject, p256, { shapes: ['legacy'] });
    const bad = { ...good, legacy: good.legacy && { ...good.legacy, signature: new Uint8Array(8) } };
    await attachCosign(w.repository, bad, w.subject);
    await attachCosign(w.repository, good, w.subject, { by: by(p256) });
    expect(sig(w).layers).toHaveLength(2);
  });

  it('keeps layers, members and config of others as they are', async () => {
    const w = world();
    const { descriptor } = signatureLayer({ payload: new TextEncoder().encode('{"theirs":1}'), signature: new Uint8Array(3) });
    const theirs = { ...descriptor, annotations: { ...descriptor.annotations, 'com.example/mark': 'x' }, unknown: [1] };
    const config = new TextEncoder().encode('{"author":"them","history":[{"created":"2020-01-01T00:00:00Z"}],"rootfs":{}}');
    const stored = await w.repository.pushBlob(config, mediaTypes.imageConfig);
    const document = {
      schemaVersion: 2,
      mediaType: mediaTypes.imageManifest,
      config: stored,
      layers: [theirs],
      annotations: { a: 'b' },
    };
    putTag(w, tagOf(w.subject, '.sig'), document, mediaTypes.imageManifest);
    await attachCosign(w.repository, signed(w.subject), w.subject, { by: by(p256) });
    const now = sig(w);
    expect(now.layers[0]).toEqual(theirs);
    expect(now.layers).toHaveLength(2);
    expect(now.annotations).toEqual({ a: 'b' });
    const written = JSON.parse(new TextDecoder().decode(w.registry.blobs.get(now.config.digest)));
    expect(written).toMatchObject({
      author: 'them',
      history: [{ created: '2020-01-01T00:00:00Z' }, { created: '0001-01-01T00:00:00Z' }],
      rootfs: { diff_ids: now.layers.map(({ digest }) => digest) },
    });
  });

  it('keeps the Docker media types that somebody chose', async () => {
    const w = world();
    const mediaType = mediaTypes.dockerManifest;
    const config = await w.repository.pushBlob(new TextEncoder().encode('{}'), 'application/vnd.docker.container.image.v1+json');
    putTag(w, tagOf(w.subject, '.sig'), { schemaVersion: 2, mediaType, config, layers: [] }, mediaType);
    await attachCosign(w.repository, signed(w.subject), w.subject);
    expect(sig(w)).toMatchObject({ mediaType, config: { mediaType: 'application/vnd.docker.container.image.v1+json' } });
    const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], require: 'both' });
    expect(await evaluateCosignImage(w.repository, w.subject, trust)).toMatchObject({ verdict: 'trusted' });
  });
});

describe('attaching is refused', () => {
  it.each([
    ['for another image', 'ERR_INVALID_ARGUMENT', (d: object) => ({ ...d, digest: `sha256:${'00'.repeat(32)}` })],
    [
      'for a digest that cosign cannot sign',
      'ERR_INVALID_ARGUMENT',
      (d: object) => ({ ...d, digest: `sha512:${'00'.repeat(64)}` }),
    ],
  ])('%s', async (_, code, change) => {
    const w = world();
    await expect(attachCosign(w.repository, signed(w.subject), change(w.subject) as typeof w.subject)).rejects.toMatchObject({
      code,
    });
    expect(w.registry.requests).toEqual([]);
  });

  it('for an option that does not exist, and for an artifact without a signature', async () => {
    const w = world();
    const code = 'ERR_INVALID_ARGUMENT';
    const unknown = { dedupe: true } as object;
    await expect(attachCosign(w.repository, signed(w.subject), w.subject, unknown)).rejects.toMatchObject({ code });
    const empty = { kind: 'signature', subject: w.subject } as const;
    await expect(attachCosign(w.repository, empty, w.subject)).rejects.toMatchObject({ code });
  });

  it('where the tag names an index, or a registry lets no tag move', async () => {
    const w = world();
    const mediaType = mediaTypes.imageIndex;
    putTag(w, tagOf(w.subject, '.sig'), { schemaVersion: 2, mediaType, manifests: [] }, mediaType);
    await expect(attachCosign(w.repository, signed(w.subject), w.subject)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    w.registry.faults.push((r) =>
      r.method === 'PUT' && r.url.includes('.att') ? new Response(null, { status: 403 }) : undefined,
    );
    await expect(attachCosign(w.repository, attested(w.subject), w.subject)).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
  });
});

describe('an image layout', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cosign-layout-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds signatures of both shapes, of many writers', async () => {
    const open = () => createOci().open(`oci:${folder}/layout`);
    const config = await open().pushBlob(new TextEncoder().encode('{}'), mediaTypes.imageConfig);
    const image = new TextEncoder().encode(
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [] }),
    );
    const subject = await open().pushManifest(image, mediaTypes.imageManifest, { tag: '1' });
    const keys = [p256, other];
    await Promise.all(keys.map((key) => attachCosign(open(), signed(subject, key), subject, { by: by(key) })));
    const trust = cosignTrust({ keys: keys.map(({ spki }) => ({ publicKey: spki })), threshold: 2, require: 'both' });
    expect(await evaluateCosignImage(open(), subject, trust)).toMatchObject({ verdict: 'trusted' });
  });
});
