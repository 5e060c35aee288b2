import { createHash, randomFillSync } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Descriptor, wipe } from '@securosys/core';
import { createOci, digestOf } from '@securosys/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptLayer } from '../../src/cipher/decrypt-layer.js';
import { encryptLayer } from '../../src/cipher/encrypt-layer.js';
import type { DecryptPlan } from '../../src/image/layer-blobs.js';
import { type LayerFiles, layerFiles } from '../../src/threads/layer-files.js';
import { type PassThreads, startPassThreads } from '../../src/threads/pass-threads.js';

/** More than the slots of the ring hold at once, and no whole number of them. */
const content = randomFillSync(new Uint8Array(5 * 1024 * 1024 + 3));
const zipped = Uint8Array.from(gzipSync(content, { level: 0 }));
const exists = process.platform !== 'win32';

let folder: string;
let files: LayerFiles;
const path = (name: string, digest: string) => join(folder, name, 'blobs/sha256', digest.slice(7));
async function put(bytes: Uint8Array, name = 'from'): Promise<Descriptor> {
  return createOci().open(`oci:${folder}/${name}`).pushBlob(bytes, 'a/b');
}
const leftovers = async () => (await readdir(join(folder, 'to/blobs/sha256'))).filter((name) => name.endsWith('.tmp'));
async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const hash: Uint8Array[] = [];
  for await (const piece of pieces) hash.push(piece);
  return Uint8Array.from(Buffer.concat(hash));
}
/** Encrypted in one thread, lying in the layout that threads read. */
async function encrypted(bytes: Uint8Array): Promise<{ layer: Descriptor; plan: DecryptPlan }> {
  const running = encryptLayer([bytes]);
  const layer = await put(await collect(running.pieces));
  return { layer, plan: running.result() };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocicrypt-threads-'));
  const oci = createOci();
  files = layerFiles(oci.open(`oci:${folder}/from`), oci.open(`oci:${folder}/to`)) as LayerFiles;
});
afterAll(async () => {
  await files.close();
  await rm(folder, { recursive: true, force: true });
});

describe('layers from layout to layout, in threads', () => {
  it('are what one thread decrypts', async () => {
    const layer = await put(content);
    const seen: number[] = [];
    const result = await files.encrypt(layer, {}, (bytes) => seen.push(bytes));
    const written = new Uint8Array(await readFile(path('to', result.digest)));
    expect(result).toMatchObject({ digest: digestOf(written), size: content.byteLength, plainDigest: layer.digest });
    expect(seen).toEqual([4 * 1024 * 1024, content.byteLength]);
    const back = decryptLayer([written], { ...pick(result), expected: result });
    expect(digestOf(await collect(back.pieces))).toBe(layer.digest);
  });

  it.each([
    ['none', content],
    ['gzip', zipped],
  ] as const)('are decrypted and unpacked to their diff_id (%s)', async (compression, bytes) => {
    const { layer, plan } = await encrypted(bytes);
    const unpacked = { diffId: digestOf(content), compression, maxBytes: content.byteLength };
    const result = await files.decrypt(layer, { ...plan, unpacked }, {});
    expect(result).toEqual({ digest: digestOf(bytes), size: bytes.byteLength });
    expect(digestOf(await readFile(path('to', result.digest)))).toBe(result.digest);
    const sha512 = `sha512:${createHash('sha512').update(content).digest('hex')}`;
    await files.decrypt(layer, { ...plan, unpacked: { ...unpacked, diffId: sha512 } }, {});
    const other = files.decrypt(layer, { ...plan, unpacked: { ...unpacked, diffId: digestOf(new Uint8Array(1)) } }, {});
    await expect(other).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH', details: { check: 'diff_id' } });
    expect(await leftovers()).toEqual([]);
  });

  it('that were changed are refused by digest and MAC before anything is said of what they unpack to', async () => {
    const { layer, plan } = await encrypted(zipped);
    const unpacked = { diffId: digestOf(content), compression: 'gzip', maxBytes: 1 } as const;
    const changed = new Uint8Array(await readFile(path('from', layer.digest)));
    changed[100] = (changed[100] ?? 0) ^ 1;
    const promised = await put(changed);
    const check = (name: string) => ({ code: 'ERR_DIGEST_MISMATCH', details: { check: name } });
    await expect(files.decrypt(promised, { ...plan, unpacked }, {})).rejects.toMatchObject(check('hmac'));
    await writeFile(path('from', layer.digest), changed);
    await expect(files.decrypt(layer, { ...plan, unpacked }, {})).rejects.toMatchObject(check('digest'));
    await truncate(path('from', layer.digest), 4000);
    await expect(files.decrypt(layer, { ...plan, unpacked }, {})).rejects.toMatchObject(check('size'));
    const plain = await put(content);
    await writeFile(path('from', plain.digest), zipped.subarray(0, content.byteLength));
    await expect(files.encrypt(plain, {})).rejects.toMatchObject(check('digest'));
    expect(await leftovers()).toEqual([]);
  });

  it('that are bombs, or no gzip, are refused', async () => {
    const { layer, plan } = await encrypted(zipped);
    const unpacked = { diffId: digestOf(content), compression: 'gzip', maxBytes: 1000 } as const;
    await expect(files.decrypt(layer, { ...plan, unpacked }, {})).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    const noise = await encrypted(content);
    const failed = files.decrypt(noise.layer, { ...noise.plan, unpacked }, {});
    await expect(failed).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('end with the reason of an abort or at the deadline, and the next one is done', async () => {
    const layer = await put(content);
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = files.encrypt(layer, { signal: controller.signal }, () => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
    await expect(files.encrypt(layer, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(await leftovers()).toEqual([]);
    wipe((await files.encrypt(layer, {})).privateOptions);
  });

  it('of a few bytes, or named by another digest, are not for threads', () => {
    const layer = { mediaType: 'a/b', digest: digestOf(content), size: 2 ** 30 };
    expect(files.takes(layer)).toBe(true);
    expect(files.takes({ ...layer, size: 1000 })).toBe(false);
    expect(files.takes({ ...layer, digest: `sha512:${'0'.repeat(128)}` })).toBe(false);
  });
});

describe('the threads', () => {
  let threads: PassThreads;
  beforeAll(async () => {
    threads = await startPassThreads(3);
  });
  afterAll(() => threads.close());

  it.runIf(exists)(
    'say what the file system said: a full disk is ENOSPC, also while a layer is unpacked, and the threads go on',
    async () => {
      const layer = await put(zipped);
      const stages = [['read', 'plain'], ['write']] as const;
      const source = await open(path('from', layer.digest));
      const full = await open('/dev/full', 'w');
      const nowhere = await open('/dev/null', 'w');
      const plan = { stages, size: layer.size, source: source.fd, direct: undefined, secret: new SharedArrayBuffer(48) };
      try {
        for (const direct of [undefined, full.fd])
          await expect(threads.run({ ...plan, target: full.fd, direct })).rejects.toMatchObject({ code: 'ENOSPC' });
        expect(await threads.run({ ...plan, target: nowhere.fd })).toMatchObject({ plainDigest: layer.digest });
        const unpacked = { diffId: digestOf(content), compression: 'gzip', maxBytes: 1e9 } as const;
        const unpacking = { ...plan, stages: [stages[0], ['unpack'], ['write']] as const, unpacked };
        await expect(threads.run({ ...unpacking, target: full.fd })).rejects.toMatchObject({ code: 'ENOSPC' });
        expect(await threads.run({ ...unpacking, target: nowhere.fd })).not.toHaveProperty('unpackFailure');
      } finally {
        for (const file of [source, full, nowhere]) await file.close();
      }
    },
  );
});

function pick({ privateOptions, publicOptions }: DecryptPlan): DecryptPlan {
  return { privateOptions, publicOptions };
}
