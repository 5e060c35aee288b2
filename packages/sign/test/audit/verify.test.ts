import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditHead, openAuditLog, readAuditLog, verifyAuditLog } from '../../src/audit.js';
import { all, checkpointKey, filesOf, linesIn, newFolder, rewrite } from './helpers.js';

/** A log of ten notes in one file; lines are numbered from 1, and the first one begins the file. */
async function tenNotes(maxFileBytes?: number): Promise<string> {
  const folder = await newFolder();
  const log = openAuditLog({ folder, ...(maxFileBytes !== undefined && { maxFileBytes }) });
  for (let i = 1; i <= 10; i++) await log.append({ kind: 'note', text: `note ${i} ${'x'.repeat(maxFileBytes ? 900 : 0)}` });
  await log.close();
  return folder;
}

const file = 'audit-00000001.jsonl';

/** What somebody does who knows the format and has no key. */
function hashedAnew(line: string, change: (text: string) => string): string {
  const covered = change(line.slice(0, line.lastIndexOf(',"hash":"')));
  return `${covered},"hash":"${createHash('sha256').update(covered).digest('hex')}"}`;
}

/** The whole chain, written anew from some line on. */
function rebuilt(lines: readonly string[], from: number, change: (text: string) => string): string[] {
  let prev = '';
  return lines.map((line, i) => {
    if (i < from) return line;
    const next = hashedAnew(line, (text) => {
      const changed = i === from ? change(text) : text;
      return prev === '' ? changed : changed.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`);
    });
    prev = JSON.parse(next).hash;
    return next;
  });
}

const swap = (lines: string[], a: number, b: number) => {
  const [first, second] = [lines[a] as string, lines[b] as string];
  return lines.with(a, second).with(b, first);
};

describe('a log that was tampered with is broken, and the first place is named:', () => {
  it.each<[string, (lines: string[]) => string[], { kind: string; line: number; records: number }]>([
    ['an edited line', (l) => l.with(4, (l[4] as string).replace('note 4', 'note 5')), { kind: 'edited', line: 5, records: 4 }],
    [
      'an edited last line',
      (l) => l.with(10, (l[10] as string).replace('note', 'nope')),
      { kind: 'edited', line: 11, records: 10 },
    ],
    ['white space', (l) => l.with(4, (l[4] as string).replace(',"kind"', ', "kind"')), { kind: 'edited', line: 5, records: 4 }],
    [
      'a hash of other bytes',
      (l) => l.with(4, (l[4] as string).replace(/"hash":"./, '"hash":"_')),
      { kind: 'edited', line: 5, records: 4 },
    ],
    [
      'a line edited and hashed anew',
      (l) =>
        l.with(
          4,
          hashedAnew(l[4] as string, (t) => t.replace('note 4', 'x')),
        ),
      { kind: 'edited', line: 5, records: 5 },
    ],
    ['a removed line', (l) => l.toSpliced(4, 1), { kind: 'removed', line: 5, records: 4 }],
    ['a removed first line', (l) => l.slice(1), { kind: 'removed', line: 1, records: 0 }],
    ['several removed lines', (l) => l.toSpliced(4, 3), { kind: 'removed', line: 5, records: 4 }],
    ['two lines that changed places', (l) => swap(l, 4, 7), { kind: 'reordered', line: 5, records: 4 }],
    ['a line that moved to the end', (l) => [...l.toSpliced(4, 1), l[4] as string], { kind: 'reordered', line: 5, records: 4 }],
    ['a doubled line', (l) => l.toSpliced(5, 0, l[4] as string), { kind: 'duplicated', line: 6, records: 5 }],
    ['a line that stands again later', (l) => [...l, l[2] as string], { kind: 'duplicated', line: 12, records: 11 }],
    ['a line of something else', (l) => l.toSpliced(3, 0, 'INFO started'), { kind: 'foreign', line: 4, records: 3 }],
    ['an empty line', (l) => l.toSpliced(3, 0, ''), { kind: 'foreign', line: 4, records: 3 }],
    ['a line without an end', (l) => l.with(3, 'x'.repeat(200_000)), { kind: 'foreign', line: 4, records: 3 }],
    [
      'a member that is there twice',
      (l) => rebuilt(l, 4, (t) => `${t},"text":"other"`),
      { kind: 'foreign', line: 5, records: 4 },
    ],
    [
      'a newer version',
      (l) => rebuilt(l, 0, (t) => t.replace('"version":1', '"version":2')),
      { kind: 'foreign', line: 1, records: 0 },
    ],
  ])('%s', async (_, change, { kind, line, records }) => {
    const folder = await tenNotes();
    await rewrite(folder, change);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'broken', records, problem: { kind, file, line } });
  });

  it('a record of another log', async () => {
    const [folder, other] = [await tenNotes(), await tenNotes()];
    const [, , , , fifth] = await linesIn(other);
    await rewrite(folder, (lines) => lines.with(4, fifth as string));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'broken', problem: { kind: 'foreign', line: 5 } });
  });

  it('a file that was taken away, or two that changed names', async () => {
    const folder = await tenNotes(4096);
    const [first, second, third] = (await filesOf(folder)) as [string, string, string];
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent' });
    await rename(join(folder, second), join(folder, 'away'));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'broken', problem: { kind: 'removed', file: third, line: 1 } });
    await rename(join(folder, first), join(folder, second));
    await rename(join(folder, 'away'), join(folder, first));
    expect(await verifyAuditLog(folder)).toMatchObject({
      verdict: 'broken',
      records: 0,
      problem: { kind: 'reordered', file: first, line: 1 },
    });
  });

  it('a file that ends in the middle of a line, and another follows', async () => {
    const folder = await tenNotes(4096);
    const [first = ''] = await filesOf(folder);
    const path = join(folder, first);
    await writeFile(path, (await readFile(path)).subarray(0, -20));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'broken', problem: { kind: 'edited', file: first } });
  });
});

describe('what only an anchor finds (S32):', () => {
  async function anchored() {
    const folder = await newFolder();
    const { spki, signer } = await checkpointKey();
    const log = openAuditLog({ folder });
    const append = (i: number) => log.append({ kind: 'note', text: `note ${i}` });
    await Promise.all([1, 2, 3, 4, 5].map(append));
    const checkpoint = await log.checkpoint(signer);
    await Promise.all([6, 7, 8].map(append));
    const head = (await log.head()) as AuditHead;
    await log.close();
    return { folder, spki, signer, checkpoint, head };
  }

  it('a checkpoint of a pinned key anchors what is before it, and what comes after is counted', async () => {
    const { folder, spki, checkpoint, head } = await anchored();
    const { ref } = await (await checkpointKey()).signer.describe();
    expect(checkpoint).toMatchObject({ seq: 5, algorithm: 'ecdsa-sha256' });
    expect(await verifyAuditLog(folder, { keys: [spki] })).toEqual({
      verdict: 'anchored',
      records: 10,
      head,
      anchor: { seq: 5, by: 'checkpoint', spkiSha256: checkpoint.spkiSha256 },
      uncovered: 4,
    });
    expect(checkpoint.spkiSha256).not.toBe(ref.spkiSha256);
  });

  it('a checkpoint of any other key anchors nothing', async () => {
    const { folder } = await anchored();
    const { spki } = await checkpointKey('other');
    expect(await verifyAuditLog(folder, { keys: [spki] })).toMatchObject({ verdict: 'consistent', uncovered: 10 });
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', uncovered: 10 });
  });

  it('a cut tail is consistent by itself, and cut short by what was kept', async () => {
    const { folder, spki, checkpoint, head } = await anchored();
    await rewrite(folder, (lines) => lines.slice(0, 4));
    expect(await verifyAuditLog(folder, { keys: [spki] })).toMatchObject({ verdict: 'consistent', records: 4 });
    const expected = { verdict: 'broken', records: 4, problem: { kind: 'truncated', file, line: 4 } };
    expect(await verifyAuditLog(folder, { expectedHead: head })).toMatchObject(expected);
    expect(await verifyAuditLog(folder, { keys: [spki], checkpoints: [checkpoint] })).toMatchObject(expected);
  });

  it('a log that is gone is cut short, for who knows that there was one', async () => {
    const { folder, head } = await anchored();
    await rm(join(folder, file));
    await expect(verifyAuditLog(folder)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await verifyAuditLog(folder, { expectedHead: head })).toMatchObject({
      verdict: 'broken',
      records: 0,
      problem: { kind: 'truncated' },
    });
  });

  it('a chain that was rebuilt after an edit', async () => {
    const { folder, spki, checkpoint, head } = await anchored();
    await rewrite(folder, (lines) => rebuilt(lines, 2, (text) => text.replace('note 2', 'nothing')));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 10 });
    const found = (line: number) => ({ verdict: 'broken', problem: { kind: 'rewritten', file, line } });
    expect(await verifyAuditLog(folder, { keys: [spki] })).toMatchObject(found(7));
    expect(await verifyAuditLog(folder, { keys: [spki], checkpoints: [checkpoint] })).toMatchObject(found(6));
    expect(await verifyAuditLog(folder, { expectedHead: head })).toMatchObject(found(10));
  });

  it('a rebuilt chain with the checkpoint bent to fit', async () => {
    const { folder, spki } = await anchored();
    await rewrite(folder, (lines) => {
      const once = rebuilt(lines, 2, (text) => text.replace('note 2', 'nothing'));
      const { hash } = JSON.parse(once[5] as string);
      return rebuilt(once, 6, (text) => text.replace(/("checkpoint":\{[^}]*"hash":")[0-9a-f]{64}/, `$1${hash}`));
    });
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 10 });
    expect(await verifyAuditLog(folder, { keys: [spki] })).toMatchObject({
      verdict: 'broken',
      problem: { kind: 'rewritten', line: 7 },
    });
  });

  it('another log in its place', async () => {
    const [one, two] = [await anchored(), await anchored()];
    expect(await verifyAuditLog(two.folder, { expectedHead: one.head })).toMatchObject({
      verdict: 'broken',
      problem: { kind: 'foreign' },
    });
    const [, , , , , , checkpoint] = await linesIn(one.folder);
    await rewrite(two.folder, (lines) => {
      const foreign = JSON.stringify(JSON.parse(checkpoint as string).checkpoint);
      return rebuilt(lines, 6, (text) => text.replace(/"checkpoint":\{[^}]*\}/, `"checkpoint":${foreign}`));
    });
    expect(await verifyAuditLog(two.folder, { keys: [one.spki] })).toMatchObject({
      verdict: 'broken',
      problem: { kind: 'rewritten', line: 7 },
    });
  });

  it('an expected head anchors all of it', async () => {
    const { folder, head } = await anchored();
    expect(await verifyAuditLog(folder, { expectedHead: head })).toMatchObject({
      verdict: 'anchored',
      anchor: { seq: head.seq, by: 'expected-head' },
      uncovered: 0,
    });
  });

  it('older files may be gone when the record before is named', async () => {
    const folder = await tenNotes(4096);
    const [first = ''] = await filesOf(folder);
    const records = await all(readAuditLog(folder));
    const { log, seq, hash } = records.filter(({ file: name }) => name === first).at(-1) as AuditHead;
    await rm(join(folder, first));
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'broken', problem: { kind: 'removed' } });
    expect(await verifyAuditLog(folder, { after: { log, seq, hash } })).toMatchObject({
      verdict: 'consistent',
      records: records.length - seq - 1,
    });
    const wrong = { log, seq, hash: '0'.repeat(64) };
    expect(await verifyAuditLog(folder, { after: wrong })).toMatchObject({ verdict: 'broken' });
  });

  it('a kept checkpoint that no pinned key has signed vouches for nothing', async () => {
    const { folder, checkpoint, spki } = await anchored();
    const other = (await checkpointKey('other')).spki;
    for (const [keys, kept] of [
      [[], checkpoint],
      [[other], checkpoint],
      [[spki], { ...checkpoint, seq: 4 }],
      [[spki], { ...checkpoint, signature: 'AA' }],
      [[spki], { ...checkpoint, algorithm: 'rsa-pss-sha256' as const }],
    ] as const)
      await expect(verifyAuditLog(folder, { keys, checkpoints: [kept] })).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  });
});

describe('reading', () => {
  it('gives out what is asked for, in order, with its place', async () => {
    const folder = await tenNotes();
    expect((await all(readAuditLog(folder, { kinds: ['note'] }))).map(({ line }) => line)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(await all(readAuditLog(folder, { text: 'note 7' }))).toMatchObject([
      { seq: 7, file, line: 8, members: { text: 'note 7 ' } },
    ]);
    expect(await all(readAuditLog(folder, { until: 0 }))).toEqual([]);
    expect(await all(readAuditLog(folder, { since: 0, until: 9e12 }))).toHaveLength(11);
    expect(await all(readAuditLog(folder, { spkiSha256: 'a'.repeat(64) }))).toEqual([]);
  });

  it('ends at a line that is not as it was written, and names it', async () => {
    const folder = await tenNotes();
    await rewrite(folder, (lines) => lines.with(4, (lines[4] as string).replace('note', 'nope')));
    await expect(all(readAuditLog(folder))).rejects.toMatchObject({ code: 'ERR_MALFORMED', details: { file, line: 5 } });
  });

  it('stops when it is told to', async () => {
    const folder = await tenNotes();
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(verifyAuditLog(folder, { signal })).rejects.toBe(reason);
    await expect(all(readAuditLog(folder, { signal }))).rejects.toBe(reason);
    await expect(verifyAuditLog(folder, { key: [] } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
