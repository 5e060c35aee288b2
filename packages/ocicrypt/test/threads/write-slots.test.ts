import { randomFillSync } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directUnit, openDirect, refusesDirect } from '../../src/threads/direct-file.js';
import { createRing } from '../../src/threads/ring.js';
import { slotWriter } from '../../src/threads/write-slots.js';

const slotBytes = 256 * 1024;
const size = 2 * slotBytes + directUnit + 5;

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocicrypt-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes what is in `memory`, slot by slot. @returns what is in the file then */
async function write(memory: Uint8Array, direct: (file: FileHandle) => Promise<FileHandle | undefined>): Promise<Buffer> {
  const path = join(folder, `${count++}`);
  const file = await open(path, 'wx');
  const past = await direct(file);
  try {
    const store = slotWriter({ target: file.fd, direct: past?.fd }, () => undefined);
    for (let at = 0; at < memory.byteLength; at += slotBytes) store(memory.subarray(at, at + slotBytes), at);
    return await readFile(path);
  } finally {
    await past?.close();
    await file.close();
  }
}

describe('slots that are written to the target', () => {
  const memory = randomFillSync(new Uint8Array(createRing(4, slotBytes).data));
  const content = memory.subarray(0, size);

  it('are what the file holds, with and without writes past the system', async () => {
    for (const way of [openDirect, async () => undefined])
      expect((await write(content, way)).equals(Uint8Array.from(content))).toBe(true);
  });

  it('are written the other way from memory that takes no such writes', async () => {
    // Beside the beginning of a page: no disk takes that.
    const odd = memory.subarray(8, 8 + size);
    expect((await write(odd, openDirect)).equals(Uint8Array.from(odd))).toBe(true);
  });

  it('throw what else the system says', async () => {
    const onlyRead = () => open('/dev/null', constants.O_RDONLY);
    await expect(write(content, onlyRead)).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('files for writes past the system', () => {
  it.runIf(process.platform === 'linux')('are the same file, whatever its name means by now', async () => {
    const path = join(folder, 'moved');
    const file = await open(path, 'wx');
    await rm(path);
    const direct = await openDirect(file);
    const [one, other] = [await file.stat(), await direct?.stat()];
    expect(other?.ino).toBe(one.ino);
    await direct?.close();
    await file.close();
  });

  it('refuse by two codes of the system, and no other error is taken for that', () => {
    const of = (code: string) => Object.assign(new Error(code), { code });
    expect([of('EINVAL'), of('ENOTSUP'), of('ENOSPC'), of('EIO'), 'EINVAL'].map(refusesDirect)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
