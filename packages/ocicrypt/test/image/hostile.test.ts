import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, isJsonObject, type JsonObject, parseJsonObject, utf8Text } from '@securosys/core';
import { createOci, digestOf, mediaTypes } from '@securosys/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecryptImageOptions, decryptImage } from '../../src/image/decrypt-image.js';
import { encryptImage } from '../../src/image/encrypt-image.js';
import { gzipLayer, jsonBytes, memory, openOpener, openRecipient, putImage, tarLayer } from './support.js';

const pubopts = 'org.opencontainers.image.enc.pubopts';
const keys = 'org.opencontainers.image.enc.keys.provider.test';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocicrypt-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An encrypted image `enc` of two layers, and a change of its manifest that stays a sound manifest. */
async function encrypted(change?: (layer: JsonObject, annotations: JsonObject, manifest: JsonObject) => void) {
  const { repository, registry, oci } = memory();
  await putImage(repository, { layers: [gzipLayer('base'), gzipLayer('top')] }, { tag: '1' });
  const { descriptor } = await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients: [openRecipient()] });
  const manifest = parseJsonObject((await repository.resolve('enc')).bytes);
  const layer = Array.isArray(manifest.layers) && manifest.layers[0];
  if (change && isJsonObject(layer) && isJsonObject(layer.annotations)) {
    change(layer, layer.annotations, manifest);
    await repository.pushManifest(jsonBytes(manifest), mediaTypes.imageManifest, { tag: 'enc' });
  }
  const opener = openOpener();
  const decrypt = (options: Partial<DecryptImageOptions> = {}) =>
    decryptImage(repository, createOci().open(`oci:${folder}/target`), { from: 'enc', openers: [opener], ...options });
  return { repository, registry, oci, opener, decrypt, descriptor, layer: layer as JsonObject };
}

/** Nothing but the config and whole layers may be in the target, whatever happened. */
async function leftovers(): Promise<readonly string[]> {
  return (await readdir(`${folder}/target/blobs/sha256`).catch(() => [])).filter((name) => !/^[0-9a-f]{64}$/.test(name));
}

const base64 = (text: string) => Buffer.from(text, 'base64').toString();

describe('a manifest that was changed', () => {
  it.each<[string, string, (layer: JsonObject, annotations: JsonObject) => void]>([
    ['has no public options', 'ERR_MALFORMED', (_, a) => delete a[pubopts]],
    ['has public options that are no base64', 'ERR_MALFORMED', (_, a) => (a[pubopts] = ` ${a[pubopts]}`)],
    ['has no MAC', 'ERR_MALFORMED', (_, a) => (a[pubopts] = btoa('{"cipher":"AES_256_CTR_HMAC_SHA256","cipheroptions":{}}'))],
    [
      'names another cipher',
      'ERR_ALGORITHM_UNSUPPORTED',
      (_, a) => (a[pubopts] = btoa('{"cipher":"AES_128","hmac":"","cipheroptions":{}}')),
    ],
    [
      'brings a nonce of its own',
      'ERR_MALFORMED',
      (_, a) => (a[pubopts] = btoa(base64(String(a[pubopts])).replace('{}', '{"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}'))),
    ],
    ['hides that a layer is encrypted', 'ERR_MALFORMED', (layer) => (layer.mediaType = mediaTypes.layerTarGzip)],
    ['says a layer is encrypted twice', 'ERR_MALFORMED', (layer) => (layer.mediaType = `${layer.mediaType}+encrypted`)],
  ])('and %s is refused before any key is used: %s', async (_, code, change) => {
    const { decrypt, opener } = await encrypted(change);
    await expect(decrypt()).rejects.toMatchObject({ code });
    expect(opener.asked).toBe(0);
  });

  it.each<[string, string, (layer: JsonObject, annotations: JsonObject) => void]>([
    ['has no packet', 'ERR_KEY_NOT_FOUND', (_, a) => delete a[keys]],
    ['has a list with a space in it', 'ERR_MALFORMED', (_, a) => (a[keys] = `${a[keys]}, ${a[keys]}`)],
    ['has a packet with something else', 'ERR_MALFORMED', (_, a) => (a[keys] = btoa('{}'))],
    [
      'has a MAC over something else',
      'ERR_DIGEST_MISMATCH',
      (_, a) => (a[pubopts] = btoa(base64(String(a[pubopts])).replace(/"hmac":"..../, '"hmac":"AAAA'))),
    ],
  ])('and %s is refused: %s', async (_, code, change) => {
    const { decrypt } = await encrypted(change);
    await expect(decrypt()).rejects.toMatchObject({ code });
    expect(await leftovers()).toEqual([]);
  });
});

describe('a layer that was changed', () => {
  it('by one byte, with its digest in the manifest, fails at its MAC, and its plaintext is nowhere', async () => {
    const { decrypt, repository, registry, layer } = await encrypted();
    const bytes = Uint8Array.from(registry.blobs.get(String(layer.digest)) ?? []);
    bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const { digest } = await repository.pushBlob(bytes, 'a/b');
    const manifest = utf8Text((await repository.resolve('enc')).bytes).replace(String(layer.digest), digest);
    await repository.pushManifest(new TextEncoder().encode(manifest), mediaTypes.imageManifest, { tag: 'enc' });
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH', details: { check: 'hmac' } });
    expect(await leftovers()).toEqual([]);
    expect(await readdir(`${folder}/target/blobs/sha256`)).not.toContain(digestOf(gzipLayer('base').bytes).slice(7));
  });

  it.each([
    ['truncated', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['exchanged', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
  ])('%s by the registry fails at its digest', async (_, change) => {
    const { decrypt, registry, layer } = await encrypted();
    registry.blobs.set(String(layer.digest), change(registry.blobs.get(String(layer.digest)) ?? new Uint8Array()));
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('by a recipient, who has the key of the MAC, fails at the diff_id of the config', async () => {
    const { repository } = memory();
    const diffIds = [digestOf(gzipLayer('what was built').unpacked)];
    await putImage(repository, { layers: [gzipLayer('what a recipient made')], diffIds }, { tag: '1' });
    await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients: [openRecipient()] });
    const target = createOci().open(`oci:${folder}/target`);
    const decrypted = decryptImage(repository, target, { from: 'enc', openers: [openOpener()] });
    await expect(decrypted).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH', details: { check: 'diff_id' } });
    expect(await leftovers()).toEqual([]);
  });

  it('to a bomb ends at the limit, and one that is no gzip is refused', async () => {
    const { repository } = memory();
    const { unpacked } = tarLayer('plain');
    await putImage(repository, { layers: [gzipLayer('0'.repeat(1_000_000))] }, { tag: 'bomb' });
    await putImage(
      repository,
      { layers: [{ mediaType: mediaTypes.layerTarGzip, bytes: unpacked, unpacked }] },
      { tag: 'no-gzip' },
    );
    const gzip = gzipLayer('cut off in the middle');
    await putImage(repository, { layers: [{ ...gzip, bytes: gzip.bytes.slice(0, -9) }] }, { tag: 'cut' });
    const options = { openers: [openOpener()], maxUnpackedBytes: 500_000 };
    for (const [tag, code] of [
      ['bomb', 'ERR_LIMIT'],
      ['no-gzip', 'ERR_MALFORMED'],
      ['cut', 'ERR_MALFORMED'],
    ] as const) {
      await encryptImage(repository, repository, { from: tag, tag: 'enc', recipients: [openRecipient()] });
      await expect(decryptImage(repository, repository, { from: 'enc', ...options }), tag).rejects.toMatchObject({ code });
    }
  });
});

describe('an image that is not what it should be', () => {
  it('has a layer that was never encrypted: refused before any key is used, wherever the layer is', async () => {
    const { repository } = memory();
    const opener = openOpener();
    await putImage(repository, { layers: [gzipLayer('base'), gzipLayer('top')] }, { tag: '1' });
    await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients: [openRecipient()], layers: [0] });
    const decrypt = (requireEncrypted?: boolean | number[]) =>
      decryptImage(repository, repository, {
        from: 'enc',
        openers: [opener],
        ...(requireEncrypted !== undefined && { requireEncrypted }),
      });
    await expect(decrypt()).rejects.toMatchObject({ code: 'ERR_POLICY_UNSAFE' });
    await expect(decrypt([-1])).rejects.toMatchObject({ code: 'ERR_POLICY_UNSAFE' });
    expect(opener.asked).toBe(0);
    for (const enough of [false, [0]])
      expect((await decrypt(enough)).layers.map(({ state }) => state)).toEqual(['decrypted', 'kept']);
  });

  it('is not trusted: nobody is asked, and the judgement is what the caller sees', async () => {
    const { decrypt, opener, descriptor } = await encrypted();
    const judged: string[] = [];
    const verdict = new Error('not signed');
    const verify = async (image: { descriptor: { digest: string } }) => {
      judged.push(image.descriptor.digest);
      throw verdict;
    };
    await expect(decrypt({ verify })).rejects.toBe(verdict);
    expect(judged).toEqual([descriptor.digest]);
    expect(opener.asked).toBe(0);
  });

  it('was never encrypted at all', async () => {
    const { repository } = memory();
    await putImage(repository, { layers: [gzipLayer('base')] }, { tag: '1' });
    const options = { from: '1', openers: [openOpener()], requireEncrypted: false };
    await expect(decryptImage(repository, repository, options)).rejects.toThrow(/no encrypted layer/);
  });

  it('cannot be encrypted as it is meant: foreign layers, annotations that lie, charts', async () => {
    const { repository } = memory();
    const foreign = { ...gzipLayer('a'), mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' };
    await putImage(repository, { layers: [foreign] }, { tag: 'foreign' });
    await putImage(repository, { layers: [gzipLayer('a')], descriptors: { annotations: { [keys]: 'AA==' } } }, { tag: 'lies' });
    const chart = { ...gzipLayer('a'), mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' };
    await putImage(repository, { layers: [chart] }, { tag: 'chart' });
    for (const [from, code] of [
      ['foreign', 'ERR_CAPABILITY_MISSING'],
      ['lies', 'ERR_MALFORMED'],
      ['chart', 'ERR_INVALID_ARGUMENT'],
    ] as const)
      await expect(encryptImage(repository, repository, { from, recipients: [openRecipient()] }), from).rejects.toMatchObject({
        code,
      });
    const nobody = encryptImage(repository, repository, { from: 'lies', recipients: [] });
    await expect(nobody).rejects.toMatchObject({ code: expect.stringMatching(/INVALID_ARGUMENT|MALFORMED/) });
  });
});

describe('a registry that misbehaves', () => {
  it('forgets an upload: the layer is sent again under another key', async () => {
    const { repository, registry } = memory();
    await putImage(repository, { layers: [gzipLayer('base')] }, { tag: '1' });
    let lost = 0;
    const ciphertexts: string[] = [];
    registry.faults.push(async (request) => {
      if (request.method !== 'PATCH') return undefined;
      ciphertexts.push(base64Text(new Uint8Array(await request.clone().arrayBuffer())));
      return lost++ === 0 ? new Response(null, { status: 404 }) : undefined;
    });
    await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients: [openRecipient()] });
    expect(lost).toBe(2);
    expect(ciphertexts[0]).not.toBe(ciphertexts[1]);
    registry.faults.length = 0;
    await decryptImage(repository, repository, { from: 'enc', openers: [openOpener()] });
  });

  it('drops the connection in the middle of a layer: the rest is asked for, and the layer is whole', async () => {
    const { registry, layer, decrypt } = await encrypted();
    const ranges: (string | null)[] = [];
    registry.faults.push(async (request, answer) => {
      if (request.method !== 'GET' || !request.url.endsWith(String(layer.digest))) return undefined;
      ranges.push(request.headers.get('range'));
      if (ranges.length > 1) return undefined;
      const { headers } = await answer();
      const sent = registry.blobs.get(String(layer.digest))?.slice(0, 10);
      let begun = false;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (begun) return controller.error(new TypeError('terminated'));
          begun = true;
          controller.enqueue(sent);
        },
      });
      return new Response(body, { headers });
    });
    expect((await decrypt()).layers.map(({ state }) => state)).toEqual(['decrypted', 'decrypted']);
    expect(ranges).toEqual([null, `bytes=10-${Number(layer.size) - 1}`]);
  });
});
