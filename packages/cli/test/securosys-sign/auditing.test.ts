import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemText } from '@securosys/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignWorld, people, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let folder: string;
beforeAll(async () => {
  world = await createSignWorld();
  folder = join(world.folder, 'audit');
  const { chain } = await world.addKey('release');
  const { spki } = await world.addKey('auditor');
  await world.addKey('council', 'ec-p256', { approvers: people });
  world.write('auditor.pub', pemText(spki, 'PUBLIC KEY'));
  world.writeConfig({ auditLog: folder, keys: { release: { chain } } });
  const signed = await world.run('sign', '--key', 'release', world.image);
  expect({ code: signed.code, stderr: signed.stderr }).toEqual({ code: 0, stderr: '' });
});
afterAll(removeSignWorlds);

const logFile = () => join(folder, readdirSync(folder).find((name) => name.endsWith('.jsonl')) as string);
/** Changes the log for one look at it. */
async function changed(change: (lines: string[]) => string[], ...words: string[]) {
  const before = readFileSync(logFile(), 'utf8');
  writeFileSync(logFile(), `${change(before.trimEnd().split('\n')).join('\n')}\n`);
  try {
    return await world.run('audit', 'verify', ...words);
  } finally {
    writeFileSync(logFile(), before);
  }
}

describe('audit show', () => {
  it('shows what was done with a key, and where the signature went', async () => {
    const { code, stdout } = await world.run('audit', 'show');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n1 {2}2026-03-01T00:00:00\.000Z {2}intent[^\n]*sha256:[0-9a-f]{64}[^\n]*key release/);
    expect(stdout).toMatch(/outcome {5}signed/);
    const { results } = await world.run('audit', 'show', folder, '--kind', 'published', '--json');
    expect(results).toMatchObject([{ kind: 'published', members: { target: { tag: '1.4' } } }]);
    expect((await world.run('audit', 'show', '--since', '2026-03-02')).stdout).toBe('');
    expect((await world.run('audit', 'show', '--since', 'yesterday')).code).toBe(2);
    expect((await world.run('audit', 'show', join(world.folder, 'nowhere'))).code).toBe(66);
  });
});

describe('audit verify', () => {
  it('says consistent, and no more, of a log that nothing vouches for', async () => {
    const { code, stdout } = await world.run('audit', 'verify');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^consistent: \d+ records/) });
    expect((await world.run('audit', 'verify', '--checkpoint-key', 'auditor.pub')).code).toBe(1);
  });

  it('says anchored with a checkpoint of a pinned key, and finds a cut tail with the one that was kept', async () => {
    const signed = await world.run('audit', 'checkpoint', '--key', 'auditor', '--output', 'kept.json');
    expect({ code: signed.code, stderr: signed.stderr }).toEqual({ code: 0, stderr: '' });
    const anchors = ['--checkpoint-key', 'auditor.pub', '--checkpoint', 'kept.json'];
    expect(await world.run('audit', 'verify', ...anchors)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^anchored/) });
    const cut = await changed((lines) => lines.slice(0, 2), ...anchors);
    expect(cut).toMatchObject({ code: 65, stdout: expect.stringContaining('broken, truncated') });
    expect((await world.run('audit', 'verify', '--checkpoint', 'kept.json')).code).toBe(2);
  });

  it('names the line that was edited, and the one that was removed', async () => {
    const edited = await changed((lines) => lines.map((line, at) => (at === 1 ? line.replace('release', 'rElease') : line)));
    expect(edited).toMatchObject({ code: 65, stdout: expect.stringMatching(/^broken, edited: [^\n]*:2: /) });
    const removed = await changed((lines) => lines.filter((_, at) => at !== 1), '--json');
    expect(removed.results).toMatchObject([{ verdict: 'broken', problem: { kind: 'removed' } }]);
  });

  it('knows a head that somebody wrote down', async () => {
    const [, head = ''] = / {2}head (\S+)/.exec((await world.run('audit', 'verify')).stdout) ?? [];
    expect((await world.run('audit', 'verify', '--expected-head', head)).stdout).toMatch(/^anchored/);
    expect((await world.run('audit', 'verify', '--expected-head', 'here')).code).toBe(2);
  });

  it('takes up a checkpoint on which people decide by its head', async () => {
    const before = world.clock.now();
    const asked = await world.run('audit', 'checkpoint', '--key', 'council', '--json');
    expect(asked.code).toBe(75);
    // Nobody has said how long to wait for people, so nobody waits.
    expect(world.clock.now()).toBe(before);
    const [, head = ''] = /--head (\S+?)"/.exec(asked.stderr) ?? [];
    const [waiting] = world.tsb.requests.filter(({ status }) => status === 'PENDING');
    for (const name of ['Ada', 'Ben']) await world.tsb.approve(String(waiting?.id), name);
    const signed = await world.run('audit', 'checkpoint', '--key', 'council', '--head', head, '--json');
    expect({ code: signed.code, stderr: signed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(head).toContain(`:${signed.results[0]?.seq}:`);
  });
});
