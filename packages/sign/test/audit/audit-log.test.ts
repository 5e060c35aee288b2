import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditSink, openAuditLog, readAuditLog, verifyAuditLog } from '../../src/audit.js';
import { all, filesOf, linesIn, newFolder } from './helpers.js';

const at = 1_780_000_000_000;
const clock = { now: () => at, sleep: async () => undefined };

describe('an audit log', () => {
  it('is JSON Lines, each with the hash of the one before and of all that stands before its own', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder, clock });
    const first = await log.append({ kind: 'note', text: 'one', nothing: undefined });
    const second = await log.append({ kind: 'note', b: [1, { d: 2, c: null }], a: 'zwei' });
    await log.close();
    const lines = await linesIn(folder);
    const [begin, one, two] = lines.map((line) => JSON.parse(line));
    expect(begin).toMatchObject({ seq: 0, kind: 'file', version: 1, file: 1, prev: '0'.repeat(64) });
    expect(one).toEqual({
      seq: 1,
      log: begin.log,
      prev: begin.hash,
      at: '2026-05-28T20:26:40.000Z',
      kind: 'note',
      text: 'one',
      hash: first.hash,
    });
    expect(two).toMatchObject({ seq: 2, prev: one.hash, a: 'zwei', b: [1, { c: null, d: 2 }], hash: second.hash });
    for (const line of lines) {
      const covered = line.slice(0, line.lastIndexOf(',"hash":"'));
      expect(createHash('sha256').update(covered).digest('hex')).toBe(JSON.parse(line).hash);
    }
    expect(first).toEqual({ log: begin.log, seq: 1, hash: one.hash, file: 'audit-00000001.jsonl' });
    expect(await verifyAuditLog(folder)).toEqual({
      verdict: 'consistent',
      records: 3,
      head: { log: begin.log, seq: 2, hash: two.hash },
      uncovered: 3,
    });
  });

  it('writes what comes meanwhile with one write and one sync, in the order of asking', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    const receipts = await Promise.all(Array.from({ length: 5000 }, (_, i) => log.append({ kind: 'note', i })));
    await log.close();
    expect(receipts.map(({ seq }) => seq)).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
    const read = await all(readAuditLog(folder, { kinds: ['note'] }));
    expect(read.map(({ members }) => members.i)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect((await verifyAuditLog(folder)).records).toBe(5001);
  });

  it('goes on where it ended, by whomever', async () => {
    const folder = await newFolder();
    const [a, b] = [openAuditLog({ folder }), openAuditLog({ folder })];
    for (let i = 0; i < 5; i++) await Promise.all([a.append({ kind: 'a' }), b.append({ kind: 'b' }), a.append({ kind: 'a' })]);
    expect(await a.head()).toEqual(await b.head());
    await Promise.all([a.close(), b.close()]);
    await using later = openAuditLog({ folder });
    expect((await later.append({ kind: 'c' })).seq).toBe(16);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 17 });
  });

  it('begins another file when one is full, and the chain goes on', async () => {
    const folder = await newFolder();
    await using log = openAuditLog({ folder, maxFileBytes: 4096 });
    for (let i = 0; i < 60; i++) await log.append({ kind: 'note', i });
    const files = await filesOf(folder);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files.slice(0, -1)) expect((await stat(join(folder, file))).size).toBeLessThan(5000);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 60 + files.length });
    const [first] = (await readFile(join(folder, files[1] as string), 'utf8')).split('\n');
    expect(JSON.parse(first as string)).toMatchObject({ kind: 'file', file: 2, version: 1 });
  });

  it('cuts the torn last line of a writer that died, and says so', async () => {
    const folder = await newFolder();
    const before = openAuditLog({ folder });
    const { seq } = await before.append({ kind: 'note' });
    await before.close();
    const path = join(folder, 'audit-00000001.jsonl');
    const whole = await readFile(path);
    for (const torn of ['{"seq":2,"log":"', '\0'.repeat(500), '{']) {
      await writeFile(path, whole);
      await appendFile(path, torn);
      expect(await verifyAuditLog(folder)).toMatchObject({
        verdict: 'consistent',
        records: 2,
        unfinished: { file: 'audit-00000001.jsonl', line: 3, bytes: torn.length },
      });
      await using log = openAuditLog({ folder });
      expect(await log.head()).toMatchObject({ seq });
      await log.append({ kind: 'after' });
      const [, , repaired, after] = await linesIn(folder);
      expect(JSON.parse(repaired as string)).toMatchObject({
        kind: 'repaired',
        bytes: torn.length,
        sha256: createHash('sha256').update(torn).digest('hex'),
      });
      expect(JSON.parse(after as string)).toMatchObject({ kind: 'after', seq: 3 });
      expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 4 });
      expect(await verifyAuditLog(folder)).not.toHaveProperty('unfinished');
    }
  });

  it('goes on after a file that was begun and never written to', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    await log.append({ kind: 'note' });
    for (const torn of ['', '{"seq":']) {
      await writeFile(join(folder, 'audit-00000002.jsonl'), torn, { mode: 0o600 });
      await using other = openAuditLog({ folder });
      await other.append({ kind: 'note' });
      expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent' });
      expect(await filesOf(folder)).toHaveLength(2);
      expect(await all(readAuditLog(folder, { kinds: ['file'] }))).toHaveLength(2);
      await truncate(join(folder, 'audit-00000002.jsonl'), 0);
    }
    await log.close();
  });

  it('does not cut away what is damaged', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    await log.append({ kind: 'note' });
    await log.close();
    await appendFile(join(folder, 'audit-00000001.jsonl'), 'a line of somebody else\n');
    const text = await readFile(join(folder, 'audit-00000001.jsonl'), 'utf8');
    await using next = openAuditLog({ folder });
    await expect(next.append({ kind: 'note' })).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringMatching(/verify/),
    });
    expect(await readFile(join(folder, 'audit-00000001.jsonl'), 'utf8')).toBe(text);
  });

  it('is for this user alone to write, and follows no link', async () => {
    const folder = await newFolder();
    await mkdir(folder, { mode: 0o777 });
    await chmod(folder, 0o777);
    await expect(openAuditLog({ folder }).append({ kind: 'note' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    await chmod(folder, 0o755);
    await symlink('/dev/null', join(folder, 'audit-00000001.jsonl'));
    await expect(openAuditLog({ folder }).append({ kind: 'note' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    const other = await newFolder();
    await writeFile(other, 'a file');
    await expect(openAuditLog({ folder: other }).append({ kind: 'note' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    const fresh = await newFolder();
    await using log = openAuditLog({ folder: fresh });
    await log.append({ kind: 'note' });
    expect((await stat(fresh)).mode & 0o777).toBe(0o700);
    expect((await stat(join(fresh, 'audit-00000001.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('refuses what is too long, has no kind, or is the log’s own to say', async () => {
    await using log = openAuditLog({ folder: await newFolder() });
    await expect(log.append({ kind: 'note', text: 'x'.repeat(70_000) })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    for (const entry of [
      { kind: 'checkpoint' },
      { kind: 'file' },
      { kind: 'a b' },
      { kind: '' },
      { kind: 'a', hash: 'x' },
      { kind: 'a', seq: 1 },
    ])
      await expect(log.append(entry)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(await log.head()).toBeUndefined();
  });

  it('takes nothing after it was closed', async () => {
    const log = openAuditLog({ folder: await newFolder() });
    const last = log.append({ kind: 'note' });
    await log.close();
    expect((await last).seq).toBe(1);
    await expect(log.append({ kind: 'note' })).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it.each([
    { folder: '' },
    {},
    { folder: 'x', maxFileBytes: 100 },
    { folder: 'x', maxfilebytes: 5000 },
    { sink: {} },
    { folder: 'x', after: { log: 'a', seq: 0, hash: 'b' } },
  ])('refuses the options %o', (options) => {
    expect(() => openAuditLog(options as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a sink', () => {
  const collect = (lines: string[]): AuditSink => ({ write: async (some) => void lines.push(...some) });

  it('gets a copy of every line before an append resolves', async () => {
    const folder = await newFolder();
    const lines: string[] = [];
    await using log = openAuditLog({ folder, sink: collect(lines) });
    await log.append({ kind: 'a' });
    await Promise.all([log.append({ kind: 'b' }), log.append({ kind: 'c' })]);
    expect(lines).toEqual((await linesIn(folder)).map((line) => `${line}\n`));
  });

  it('that fails makes the append fail, and gets the lines again', async () => {
    const folder = await newFolder();
    const lines: string[] = [];
    let up = false;
    const write = async (some: readonly string[]) => {
      if (!up) throw new Error('no route');
      lines.push(...some);
    };
    await using log = openAuditLog({ folder, sink: { write } });
    await expect(log.append({ kind: 'a' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    up = true;
    await log.append({ kind: 'b' });
    expect(lines).toEqual((await linesIn(folder)).map((line) => `${line}\n`));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 3 });
  });

  it('alone is a log too, which goes on behind the head that its keeper names', async () => {
    const lines: string[] = [];
    const first = openAuditLog({ sink: collect(lines) });
    await first.append({ kind: 'a' });
    const after = await first.head();
    await first.close();
    await using second = openAuditLog({ sink: collect(lines), ...(after && { after }) });
    expect(await second.append({ kind: 'b' })).toMatchObject({ seq: 2, log: after?.log });
    const source = async function* () {
      yield {
        name: 'collected',
        async *read() {
          for (const byte of Buffer.from(lines.join(''))) yield Uint8Array.of(byte);
        },
      };
    };
    expect(await verifyAuditLog(source)).toMatchObject({ verdict: 'consistent', records: 3 });
  });
});
