import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createTestClock } from '@securosys/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOci } from '../src/index.js';
import { packFolder } from '../src/pack.js';

let root: string;
let folder: string;
let layout: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'oci-pack-'));
  folder = join(root, 'files');
  layout = join(root, 'images');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin/run'), '#!/bin/sh\n');
  await chmod(join(folder, 'bin/run'), 0o700);
  await writeFile(join(folder, 'readme'), 'hello');
  await symlink('../../../etc/passwd', join(folder, 'link'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const packed = async () => {
  const repository = createOci().open(`oci:${layout}:1`);
  const { manifest } = await repository.resolve();
  if (manifest.kind !== 'manifest' || !manifest.layers[0]) throw new Error('one layer was expected');
  const layer = await repository.fetchBlob(manifest.layers[0], { maxBytes: 1 << 24 });
  const config = JSON.parse(new TextDecoder().decode(await repository.fetchBlob(manifest.config, { maxBytes: 1 << 20 })));
  return { layer, config };
};

describe('packing a folder', () => {
  it('gives an image whose layer unpacks to the same files, links as links', async () => {
    await packFolder(folder, layout, { tag: '1' });
    const { layer } = await packed();
    const listing = execFileSync('tar', ['-tvzf', '-', '--numeric-owner', '--full-time', '--utc'], {
      input: layer,
      encoding: 'utf8',
    });
    const lines = listing
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(lines.map(([mode, owner, , day, , ...name]) => [mode, owner, day, name.join(' ')])).toEqual([
      ['drwxr-xr-x', '0/0', '1970-01-01', 'bin/'],
      ['-rwxr-xr-x', '0/0', '1970-01-01', 'bin/run'],
      ['lrwxrwxrwx', '0/0', '1970-01-01', 'link -> ../../../etc/passwd'],
      ['-rw-r--r--', '0/0', '1970-01-01', 'readme'],
    ]);
  });

  it('names the uncompressed tar in the config', async () => {
    await packFolder(folder, layout, { tag: '1', clock: createTestClock('2026-02-03T04:05:06Z') });
    const { layer, config } = await packed();
    const diffId = `sha256:${createHash('sha256').update(gunzipSync(layer)).digest('hex')}`;
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 'amd64',
      created: '2026-02-03T04:05:06Z',
      rootfs: { type: 'layers', diff_ids: [diffId] },
    });
  });

  it('the same files give the same digest, whatever their times', async () => {
    const first = await packFolder(folder, layout, { tag: '1' });
    await utimes(join(folder, 'readme'), 1, 1);
    expect(await packFolder(folder, join(root, 'other'), { tag: '2' })).toEqual(first);
    await writeFile(join(folder, 'readme'), 'hullo');
    expect((await packFolder(folder, layout, { tag: '1' })).digest).not.toBe(first.digest);
  });

  it('a large file passes and arrives whole', async () => {
    const large = new Uint8Array(5_000_000).map((_, i) => (i * 7919) >> 3);
    await writeFile(join(folder, 'large'), large);
    await packFolder(folder, layout, { tag: '1' });
    const { layer } = await packed();
    const read = execFileSync('tar', ['-xzOf', '-', 'large'], { input: layer, maxBuffer: 1 << 24 });
    expect(Buffer.compare(read, large)).toBe(0);
  });

  it('a folder that is not there leaves nothing behind', async () => {
    await expect(packFolder(join(root, 'none'), layout, { tag: '1' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect(await readdir(join(layout, 'blobs/sha256'))).toEqual([]);
    expect(JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')).manifests).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('a named pipe is refused', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(packFolder(folder, layout, { tag: '1' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(await readdir(join(layout, 'blobs/sha256'))).toEqual([]);
  });

  it('a bad tag is refused before anything is written', async () => {
    await expect(packFolder(folder, layout, { tag: 'a/b' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(readdir(layout)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
