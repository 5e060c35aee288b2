import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeBehind } from '../../src/threads/write-behind.js';

const mebibyte = 1024 * 1024;

/** A file whose disk answers when it is told to. */
function slowDisk() {
  const requests: { done(): void; failed(error: Error): void }[] = [];
  const datasync = () => new Promise<void>((done, failed) => requests.push({ done, failed }));
  return { requests, file: { datasync } as unknown as FileHandle };
}

describe('what is written of a large file', () => {
  it('is brought to the disk in stretches of 128 MiB, one request at a time', async () => {
    const { requests, file } = slowDisk();
    const disk = writeBehind(file);
    for (const written of [4, 127, 128, 300]) disk.wrote(written * mebibyte);
    expect(requests).toHaveLength(1);
    requests[0]?.done();
    await disk.settle();
    disk.wrote(310 * mebibyte);
    expect(requests).toHaveLength(2);
    requests[1]?.done();
    await expect(disk.settle()).resolves.toBeUndefined();
  });

  it('is not taken for stored when the disk said once that it is not', async () => {
    const { requests, file } = slowDisk();
    const disk = writeBehind(file);
    disk.wrote(128 * mebibyte);
    requests[0]?.failed(new Error('EIO'));
    await expect(disk.settle()).rejects.toThrow('EIO');
    await expect(disk.settle()).rejects.toThrow('EIO');
  });
});
