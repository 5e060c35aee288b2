import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openAuditLog, readAuditLog, verifyAuditLog } from '../../src/audit.js';
import { all, filesOf, linesIn, newFolder } from './helpers.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const full = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));

/** What every open file has in common. */
async function fileMethods(folder: string) {
  await mkdir(folder, { mode: 0o700 });
  const handle = await open(join(dirname(folder), 'x'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

/** Fills the first file, so that the next record begins another one. */
async function fillFile(folder: string): Promise<number> {
  await using log = openAuditLog({ folder, maxFileBytes: 4096 });
  for (;;) {
    await log.append({ kind: 'note', text: 'x'.repeat(1000) });
    if ((await readFile(join(folder, 'audit-00000001.jsonl'))).byteLength >= 4096) return (await linesIn(folder)).length;
  }
}

const kinds = async (folder: string) =>
  (await all(readAuditLog(folder))).map(({ kind, file }) => `${kind} ${Number(file.slice(6, 14))}`);

describe('a log whose disk is full', () => {
  it('when it begins another file refuses the record, and begins that file when there is room again', async () => {
    const folder = await newFolder();
    const methods = await fileMethods(folder);
    const before = await fillFile(folder);
    await using log = openAuditLog({ folder, maxFileBytes: 4096 });
    const spoiled = vi.spyOn(methods, 'writeFile').mockImplementation(full);
    for (let i = 0; i < 2; i++)
      await expect(log.append({ kind: 'lost' })).rejects.toMatchObject({ code: 'ERR_STORE', message: /disk is full/ });
    spoiled.mockRestore();
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: before });
    await log.append({ kind: 'kept' });
    expect((await kinds(folder)).slice(before)).toEqual(['file 2', 'kept 2']);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: before + 2 });
  });

  it('in the middle of a line that cannot be taken back cuts it with the next record, and says so', async () => {
    const folder = await newFolder();
    const methods = await fileMethods(folder);
    await using log = openAuditLog({ folder });
    await log.append({ kind: 'before' });
    const { writeFile } = methods;
    vi.spyOn(methods, 'writeFile').mockImplementationOnce(async function (this: unknown, bytes: unknown) {
      await writeFile.call(this, (bytes as Uint8Array).subarray(0, 40));
      return full();
    });
    vi.spyOn(methods, 'truncate').mockImplementationOnce(full);
    await expect(log.append({ kind: 'lost' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 2, unfinished: { bytes: 40 } });
    await log.append({ kind: 'after' });
    expect(await kinds(folder)).toEqual(['file 1', 'before 1', 'repaired 1', 'after 1']);
    expect(await verifyAuditLog(folder)).not.toHaveProperty('unfinished');
  });
});

describe('a writer that died', () => {
  it('in the last line of a file that is full: the line is cut before another file begins, which says so', async () => {
    const folder = await newFolder();
    const before = await fillFile(folder);
    await appendFile(join(folder, 'audit-00000001.jsonl'), '{"seq":');
    await using log = openAuditLog({ folder, maxFileBytes: 4096 });
    await log.append({ kind: 'after' });
    expect((await kinds(folder)).slice(before)).toEqual(['file 2', 'repaired 2', 'after 2']);
    expect(await filesOf(folder)).toHaveLength(2);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: before + 3 });
  });
});
