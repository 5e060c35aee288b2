import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { createOci, mediaTypes, type Repository } from '@securosys/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptImage } from '../../src/image/decrypt-image.js';
import { encryptImage } from '../../src/image/encrypt-image.js';
import type { LayerProgress } from '../../src/image/image-options.js';
import { gzipLayer, manifestAt, memory, openOpener, openRecipient, putImage, putIndex, tarLayer } from './support.js';

const layers = [gzipLayer('base'), tarLayer('middle'), gzipLayer('top')];
const recipients = [openRecipient()];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocicrypt-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const layout = (name: string): Repository => createOci().open(`oci:${folder}/${name}`);
const attestation = {
  layers: [{ mediaType: 'application/vnd.in-toto+json', bytes: utf8Bytes('{}'), unpacked: utf8Bytes('{}') }],
};

describe('whole images', () => {
  it('between layouts and a registry in every direction come back with their first digest', async () => {
    const { repository } = memory();
    const source = layout('plain');
    const members = { annotations: { 'example.note': '<keep> & this' }, 'example.unknown': [1, { a: null }] };
    const descriptors = { annotations: { 'example.layer': 'kept' } };
    const plain = await putImage(source, { layers, members, descriptors }, { tag: '1' });
    const route: [Repository, Repository][] = [
      [source, repository],
      [repository, layout('copy')],
      [layout('copy'), layout('other')],
    ];
    for (const [from, to] of route) {
      const encrypted = await encryptImage(from, to, { from: plain.digest, recipients, tag: 'enc' });
      expect(encrypted.source).toEqual(plain);
      expect(encrypted.layers.map(({ state }) => state)).toEqual(['encrypted', 'encrypted', 'encrypted']);
      const manifest = await manifestAt(to, 'enc');
      manifest.layers.forEach((layer, i) => {
        expect(layer).toMatchObject({ mediaType: `${layers[i]?.mediaType}+encrypted`, size: layers[i]?.bytes.byteLength });
        expect(Object.keys(layer.annotations ?? {})).toEqual([
          'example.layer',
          'org.opencontainers.image.enc.keys.provider.test',
          'org.opencontainers.image.enc.pubopts',
        ]);
      });
      const opener = openOpener();
      const decrypted = await decryptImage(to, to, { from: 'enc', tag: 'dec', openers: [opener] });
      expect(decrypted.descriptor).toEqual(plain);
      expect(opener.asked).toBe(3);
    }
    expect(
      await layout('other').fetchBlob((await manifestAt(layout('other'), 'dec')).layers[0] as never, { maxBytes: 999 }),
    ).toEqual(layers[0]?.bytes);
  });

  it('all platforms of an index follow, what is no layer stays, and the index comes back as it was', async () => {
    const { repository } = memory();
    const images = {
      'linux/amd64': { layers: [gzipLayer('amd64')] },
      'linux/arm64': { layers: [gzipLayer('arm64'), gzipLayer('more')] },
      'unknown/unknown': attestation,
    };
    const index = await putIndex(repository, images, 'multi');
    const encrypted = await encryptImage(repository, repository, { from: 'multi', tag: 'enc', recipients });
    expect(encrypted.layers.map(({ state }) => state)).toEqual(['encrypted', 'encrypted', 'encrypted', 'other']);
    const decrypted = await decryptImage(repository, layout('multi'), { from: 'enc', tag: 'dec', openers: [openOpener()] });
    expect(decrypted.descriptor).toEqual(index);
  });

  it('of an index only the platforms that are meant reach the target', async () => {
    const { repository } = memory();
    const images = { 'linux/amd64': { layers: [gzipLayer('amd64')] }, 'linux/arm64': { layers: [gzipLayer('arm64')] } };
    await putIndex(repository, images, 'multi');
    const target = layout('one-platform');
    await encryptImage(repository, target, { from: 'multi', tag: 'enc', recipients, platforms: ['linux/arm64'] });
    const { manifest } = await target.resolve('enc');
    expect(manifest.kind === 'index' && manifest.manifests.map(({ platform }) => platform?.architecture)).toEqual(['arm64']);
    await expect(
      encryptImage(repository, target, { from: 'multi', recipients, platforms: ['linux/s390x'] }),
    ).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it.each([
    [[0], 'e--'],
    [[-1], '--e'],
    [[1, 2], '-ee'],
    [[0, -1], 'e-e'],
  ])('of the layers %j those and no others are encrypted', async (wanted, expected) => {
    const { repository } = memory();
    await putImage(repository, { layers }, { tag: '1' });
    const { layers: report } = await encryptImage(repository, repository, { from: '1', recipients, layers: wanted });
    expect(report.map(({ state }) => (state === 'encrypted' ? 'e' : '-')).join('')).toBe(expected);
  });

  it('a position that the image does not have is refused before anything is written', async () => {
    const { repository, registry } = memory();
    await putImage(repository, { layers }, { tag: '1' });
    const before = registry.blobs.size;
    for (const wanted of [[5], [-4]])
      await expect(encryptImage(repository, repository, { from: '1', recipients, layers: wanted })).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
      });
    expect(registry.blobs.size).toBe(before);
  });

  it('an image that is encrypted already is refused, unless its layers shall stay so while the others follow', async () => {
    const { repository } = memory();
    await putImage(repository, { layers }, { tag: '1' });
    await encryptImage(repository, repository, { from: '1', tag: 'half', recipients, layers: [0] });
    const again = { from: 'half', tag: 'all', recipients: [openRecipient('provider.other')] };
    await expect(encryptImage(repository, repository, again)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const { layers: report } = await encryptImage(repository, repository, { ...again, keepEncrypted: true });
    expect(report.map(({ state }) => state)).toEqual(['kept', 'encrypted', 'encrypted']);
    const all = { from: 'all', recipients, keepEncrypted: true };
    await expect(encryptImage(repository, repository, all)).rejects.toThrow(/no layer to encrypt/);
  });

  it("Docker's manifest becomes OCI's, with OCI's types everywhere", async () => {
    const { repository } = memory();
    const type = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
    const image = {
      layers: [
        { ...gzipLayer('one'), mediaType: type },
        { ...gzipLayer('two'), mediaType: type },
      ],
      manifestType: mediaTypes.dockerManifest,
      configType: 'application/vnd.docker.container.image.v1+json',
    };
    await putImage(repository, image, { tag: '1' });
    await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients, layers: [0] });
    const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
    const { mediaType, config, layers: now } = await manifestAt(repository, 'enc');
    expect([mediaType, config.mediaType, ...now.map((layer) => layer.mediaType)]).toEqual([
      mediaTypes.imageManifest,
      mediaTypes.imageConfig,
      `${gzip}+encrypted`,
      gzip,
    ]);
    const some = { openers: [openOpener()], requireEncrypted: [0] };
    await decryptImage(repository, repository, { from: 'enc', tag: 'dec', ...some });
    expect((await manifestAt(repository, 'dec')).layers.map((layer) => layer.mediaType)).toEqual([gzip, gzip]);
  });

  it('content in the descriptor does not stay readable', async () => {
    const { repository } = memory();
    await putImage(repository, { layers, descriptors: { data: 'YmFzZQ==' } }, { tag: '1' });
    const { descriptor } = await encryptImage(repository, repository, { from: '1', recipients });
    expect(new TextDecoder().decode((await repository.resolve(descriptor.digest)).bytes)).not.toContain('YmFzZQ==');
  });

  it('progress comes to the whole of every layer', async () => {
    const { repository } = memory();
    await putImage(repository, { layers }, { tag: '1' });
    const last = new Map<number, LayerProgress>();
    await encryptImage(repository, repository, { from: '1', recipients, onProgress: (event) => last.set(event.layer, event) });
    expect([...last.values()].map(({ bytes, size }) => bytes === size)).toEqual([true, true, true]);
  });

  it('an abort ends it with its reason, and no half layer stays', async () => {
    const source = layout('abort-from');
    await putImage(source, { layers }, { tag: '1' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    const target = { recipients, onProgress, signal: controller.signal, parallel: 1 };
    await expect(encryptImage(source, layout('abort-to'), { from: '1', ...target })).rejects.toBe(reason);
    expect((await readdir(`${folder}/abort-to/blobs/sha256`)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
