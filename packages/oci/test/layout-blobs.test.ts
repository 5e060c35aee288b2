import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { createMemoryRegistry } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOci, digestOf, type LayoutBlobs, layoutBlobs } from '../src/index.js';
import { describe256 } from './support/images.js';

const content = utf8Bytes('the content of a blob');
const blob = describe256(content, 'a/b');
let layout: string;
let blobs: LayoutBlobs;
beforeAll(async () => {
  layout = await mkdtemp(join(tmpdir(), 'oci-layout-blobs-'));
  blobs = layoutBlobs(createOci().open(`oci:${layout}`)) as LayoutBlobs;
});
afterAll(() => rm(layout, { recursive: true, force: true }));

describe('the blobs of a layout as files', () => {
  it('are written under the digest that was said at the end, and read again', async () => {
    await blobs.write(async (file) => {
      await file.writeFile(content);
      return blob.digest;
    });
    expect(await readFile(join(layout, 'blobs/sha256', blob.digest.slice(7)))).toEqual(Buffer.from(content));
    expect(new Uint8Array(await blobs.read(blob, (file) => file.readFile()))).toEqual(content);
  });

  it('leave nothing behind when writing fails, and the error is the one that was thrown', async () => {
    const reason = new Error('not what it should be');
    const failed = blobs.write(async (file) => {
      await file.writeFile('half');
      throw reason;
    });
    await expect(failed).rejects.toBe(reason);
    const before = await readdir(join(layout, 'blobs/sha256'));
    await expect(blobs.write(async () => '../../outside')).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(await readdir(join(layout, 'blobs/sha256'))).toEqual(before);
  });

  it('are not read through links, nor beyond their size', async () => {
    const use = () => Promise.reject(new Error('opened'));
    await expect(blobs.read({ ...blob, size: 3 }, use)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    const linked = digestOf(utf8Bytes('linked'));
    await symlink('/etc/passwd', join(layout, 'blobs/sha256', linked.slice(7)));
    await expect(blobs.read({ ...blob, digest: linked }, use)).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('a registry has no files', () => {
    const oci = createOci({ fetch: createMemoryRegistry().fetch });
    expect(layoutBlobs(oci.open('registry.example/app'))).toBeUndefined();
  });
});
