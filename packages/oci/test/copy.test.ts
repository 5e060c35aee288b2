import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Descriptor, utf8Bytes } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copyImage,
  createOci,
  decodeManifest,
  digestOf,
  indexChildren,
  mediaTypes,
  parsePlatform,
  type Repository,
} from '../src/index.js';
import { attachMark, collect, describe256, imageManifest, jsonBytes, seeded, signatureManifest } from './support/images.js';

const platforms = ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7'];

/** An index of three images in a repository, with a layer each, under the tag `multi`. */
async function multi(repository: Repository): Promise<{ index: Descriptor; children: readonly Descriptor[] }> {
  const children: Descriptor[] = [];
  for (const name of platforms) {
    const config = await repository.pushBlob(jsonBytes({ name }), mediaTypes.imageConfig);
    const layer = await repository.pushBlob(utf8Bytes(`layer of ${name}`), mediaTypes.layerTarGzip);
    const foreign = { ...describe256(utf8Bytes('windows'), 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip') };
    const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [layer, foreign] });
    children.push(await repository.pushManifest(bytes, mediaTypes.imageManifest, { listed: false }));
  }
  const manifests = children.map((child, i) => {
    const { os, architecture, variant } = parsePlatform(platforms[i] ?? '');
    return { ...child, platform: { os, architecture, ...(variant && { variant }) } };
  });
  const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests });
  return { index: await repository.pushManifest(bytes, mediaTypes.imageIndex, { tag: 'multi' }), children };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oci-copy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('copying', () => {
  it('an index from a registry to a layout and on takes everything along, signatures of children too', async () => {
    const { app, registry } = await seeded();
    const { index, children } = await multi(app);
    await attachMark(app, index, 'of the index');
    const [child] = children as [Descriptor];
    await attachMark(app, child, 'of a child');
    for (const mark of ['of the index', 'of a child']) await app.pushBlob(utf8Bytes(mark), 'application/jose+json');
    await app.pushBlob(utf8Bytes('{}'), 'a/b');

    const layout = createOci().open(`oci:${folder}/a`);
    const copied = await copyImage(app, layout, { from: 'multi', tag: 'multi', referrers: true });
    expect(copied).toEqual({ descriptor: index, manifests: 6, blobs: 9 });
    expect((await layout.resolve('multi')).descriptor).toEqual(index);

    const other = await seeded({ referrersApi: false }, { clock: createTestClock() });
    await copyImage(layout, other.app, { from: 'multi', tag: 'again', referrers: true });
    expect((await other.app.resolve('again')).descriptor).toEqual(index);
    for (const one of children) expect((await other.app.fetchManifest(one)).bytes).toEqual((await app.fetchManifest(one)).bytes);
    expect((await collect(other.app.referrers(index))).map((d) => d.annotations?.mark)).toEqual(['of the index']);
    expect((await collect(other.app.referrers(child))).map((d) => d.annotations?.mark)).toEqual(['of a child']);
    for (const [digest, bytes] of other.registry.blobs) expect(registry.blobs.get(digest)).toEqual(bytes);
  });

  it('within a registry mounts the blobs, and sends what is there no second time', async () => {
    const { app, oci, registry } = await seeded();
    await multi(app);
    registry.faults.push((r) =>
      r.method === 'HEAD' && r.url.includes('/v2/team/') ? new Response(null, { status: 404 }) : undefined,
    );
    registry.requests.length = 0;
    await copyImage(app, oci.open('registry.example/team/copy'), { from: 'multi' });
    const uploads = registry.requests.filter(({ url }) => url.includes('/blobs/uploads/'));
    expect(uploads).toHaveLength(6);
    expect(uploads.every(({ method, url }) => method === 'POST' && url.includes('from=app'))).toBe(true);
    expect(registry.requests.filter(({ method, url }) => method === 'GET' && url.includes('/blobs/'))).toEqual([]);
  });

  it('children of an index are not listed in the layout by themselves', async () => {
    const { app } = await seeded();
    const { index } = await multi(app);
    const layout = createOci().open(`oci:${folder}/b`);
    await copyImage(app, layout, { from: 'multi', tag: 'multi' });
    const { readFile } = await import('node:fs/promises');
    const { manifests } = JSON.parse(await readFile(join(folder, 'b/index.json'), 'utf8')) as { manifests: Descriptor[] };
    expect(manifests.map(({ digest }) => digest)).toEqual([index.digest]);
  });

  it('stops at a blob that is another, before any manifest arrives', async () => {
    const { app, registry } = await seeded();
    const { children } = await multi(app);
    const layer = digestOf(utf8Bytes('layer of linux/amd64'));
    registry.blobs.set(layer, utf8Bytes('LAYER of linux/amd64'));
    const target = createOci().open(`oci:${folder}/c`);
    await expect(copyImage(app, target, { from: 'multi', tag: 'x' })).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    for (const child of children) expect(await target.hasBlob(child)).toBe(false);
  });

  it('ends at a limit for indexes inside indexes', async () => {
    const { app } = await seeded();
    let inner = (await multi(app)).index;
    for (let i = 0; i < 9; i++) {
      const bytes = jsonBytes({
        schemaVersion: 2,
        mediaType: mediaTypes.imageIndex,
        manifests: [inner],
        annotations: { i: `${i}` },
      });
      inner = await app.pushManifest(bytes, mediaTypes.imageIndex);
    }
    const target = createOci().open(`oci:${folder}/d`);
    await expect(copyImage(app, target, { from: inner.digest })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('what is listed as a referrer and names another subject stays behind, and is told', async () => {
    const { app, registry, subject } = await seeded();
    for (const text of ['{}', '{"mark":"one"}', 'one']) await app.pushBlob(utf8Bytes(text), 'a/b');
    await attachMark(app, subject, 'one');
    const stranger = signatureManifest(describe256(imageManifest('other'), mediaTypes.imageManifest), 'other');
    const junk = await app.pushManifest(stranger, mediaTypes.imageManifest);
    const good = await collect(app.referrers(subject));
    const manifests = [junk, ...good];
    registry.faults.push((r) =>
      r.url.includes(`/referrers/${subject.digest}`)
        ? new Response(jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests }), {
            headers: { 'content-type': mediaTypes.imageIndex },
          })
        : undefined,
    );
    const told: unknown[] = [];
    const log = () => undefined;
    const logger = { debug: log, info: log, error: log, warn: (_: string, fields?: object) => told.push(fields) };
    const layout = createOci().open(`oci:${folder}/stranger`);
    await copyImage(app, layout, { referrers: true, logger });
    expect(await collect(layout.referrers(subject))).toHaveLength(1);
    expect(told).toEqual([{ digest: junk.digest }]);
  });

  it('ends at a limit for blobs without end', async () => {
    const { app } = await seeded();
    const layers = (image: number) =>
      Array.from({ length: 9_999 }, (_, i) => ({
        mediaType: 'a/b',
        digest: `sha256:${String(image * 10_000 + i).padStart(64, '0')}`,
        size: 1,
      }));
    const children: Descriptor[] = [];
    for (const image of [1, 2, 3]) {
      const config = describe256(utf8Bytes(`${image}`), mediaTypes.imageConfig);
      const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: layers(image) });
      children.push(await app.pushManifest(bytes, mediaTypes.imageManifest));
    }
    const index = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: children });
    const { digest } = await app.pushManifest(index, mediaTypes.imageIndex);
    let looked = 0;
    const target = {
      ...createOci().open('registry.example/b'),
      name: 'b',
      hasBlob: async () => ++looked > 0,
      pushManifest: async () => children[0],
    };
    await expect(copyImage(app, target as never, { from: digest })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(looked).toBe(20_000);
  });

  it('refuses misspelt options', async () => {
    const { app } = await seeded();
    for (const options of [{ refs: true }, { referrers: 'yes' }])
      await expect(copyImage(app, app, options as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('children of an index', () => {
  const index = async () => {
    const { app } = await seeded();
    await multi(app);
    const { manifest } = await app.resolve('multi');
    if (manifest.kind !== 'index') throw new Error('an index was expected');
    return manifest;
  };

  it.each([
    [['linux/amd64'], [0]],
    [['linux/arm64'], [1]],
    [['linux/arm64/v8'], [1]],
    [
      ['linux/arm', 'linux/amd64'],
      [0, 2],
    ],
    [undefined, [0, 1, 2]],
  ])('for %j', async (wanted, expected) => {
    const manifest = await index();
    const children = indexChildren(manifest, wanted ? { platforms: wanted } : {});
    expect(children).toEqual(expected.map((i) => manifest.manifests[i]));
  });

  it.each([Number.NaN, -1, '3'])('a cap of %s is refused', async (maxChildren) => {
    const manifest = await index();
    expect(() => indexChildren(manifest, { maxChildren: maxChildren as number })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each(['linux/riscv64', 'linux/arm64/v9', 'windows/amd64'])('of %s there are none: that is an error', async (platform) => {
    const manifest = await index();
    expect(() => indexChildren(manifest, { platforms: ['linux/amd64', platform] })).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_FOUND' }),
    );
  });

  it.each(['linux', '', 'linux/', 'linux/arm/v7/x', 'Linux/amd64', 'linux/amd64\n', '\u001b[2J/x'])(
    '%j is no platform',
    (text) => {
      expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );

  it('more than the cap are ERR_LIMIT', async () => {
    const manifest = await index();
    expect(() => indexChildren(manifest, { maxChildren: 2 })).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
});

describe('the withdrawn artifact manifest', () => {
  const type = mediaTypes.artifactManifest;
  const subject = describe256(utf8Bytes('subject'), mediaTypes.imageManifest);
  const blob = describe256(utf8Bytes('envelope'), 'application/jose+json');
  const artifact = { mediaType: type, artifactType: 'a/b', blobs: [blob], subject, annotations: { a: 'b' } };

  it('is read, with its blobs', () => {
    expect(decodeManifest(jsonBytes(artifact), type)).toEqual({ kind: 'artifact', ...artifact });
  });

  it('is found among the referrers of a layout, by its type', async () => {
    const layout = createOci().open(`oci:${folder}/e`);
    const bytes = jsonBytes(artifact);
    await layout.pushManifest(bytes, type);
    const found = await collect(layout.referrers(subject, { artifactType: 'a/b' }));
    expect(found).toEqual([{ ...describe256(bytes, type), artifactType: 'a/b', annotations: { a: 'b' } }]);
  });

  it.each<[string, object]>([
    ['layers', { ...artifact, layers: [] }],
    ['a config', { ...artifact, config: blob }],
    ['manifests', { ...artifact, manifests: [] }],
    ['no artifactType', { ...artifact, artifactType: undefined }],
    ['another media type', { ...artifact, mediaType: mediaTypes.imageManifest }],
    ['blobs that are no list', { ...artifact, blobs: {} }],
    ['a schemaVersion of another document', { ...artifact, schemaVersion: 1 }],
  ])('with %s is refused', (_, document) => {
    expect(() => decodeManifest(jsonBytes(document), type)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('an image manifest with blobs is refused', () => {
    const image = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config: blob, layers: [], blobs: [blob] };
    expect(() => decodeManifest(jsonBytes(image), mediaTypes.imageManifest)).toThrow(
      expect.objectContaining({ code: 'ERR_MALFORMED' }),
    );
  });
});
