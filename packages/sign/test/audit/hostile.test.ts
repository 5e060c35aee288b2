import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SigningIntent, type SigningOutcome, sha256Hex, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { lockName } from '../../src/audit/owner.js';
import { openAuditLog, readAuditLog, verifyAuditLog } from '../../src/audit.js';
import { all, checkpointKey, newFolder } from './helpers.js';

const intentOf = (claims: Record<string, string>, more: Partial<SigningIntent> = {}): SigningIntent =>
  ({
    backend: 'b'.repeat(500),
    key: {
      ref: { spkiSha256: 'a'.repeat(64), label: '語'.repeat(500) },
      spki: new Uint8Array(1),
      spec: 'ec-p256',
      assurance: 'software',
    },
    domain: 'jws',
    operation: { kind: 'sign', key: {}, algorithm: 'ecdsa-sha256', input: {}, claims },
    inputSha256: sha256Hex(utf8Bytes('x')),
    ...more,
  }) as unknown as SigningIntent;

describe('who asks', () => {
  it('cannot replace what the process itself knows, nor push it out', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    const guard = log.guard({ claims: { commit: 'abc', build: 'https://ci.example/1' } });
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [String(i), 'x']));
    await guard.before?.(intentOf({ ...many, commit: 'forged' }));
    const [, record] = await all(readAuditLog(folder));
    expect(record?.members.claims).toMatchObject({ commit: 'abc', build: 'https://ci.example/1' });
  });

  it('breaks no log with names that objects have', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    const guard = log.guard();
    await guard.before?.(intentOf(JSON.parse('{"__proto__":"x","constructor":"y","toString":"z"}')));
    expect((await verifyAuditLog(folder)).verdict).toBe('consistent');
    const [, record] = await all(readAuditLog(folder));
    expect(Object.keys(record?.members.claims as object)).toEqual(['__proto__', 'constructor', 'toString']);
  });

  it('keeps no outcome from being written by claiming much, whichever process learns it', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    const guard = log.guard({ requester: '語'.repeat(500) });
    const long = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${'語'.repeat(100)}${i}`.slice(-80), '語'.repeat(500)]),
    );
    const text = '語'.repeat(500);
    const facts = {
      format: text,
      title: text,
      subject: { mediaType: text, digest: text, size: 1 },
      signedAt: text,
      expiresAt: text,
      details: long,
    };
    const intent = intentOf(long, {
      target: { repository: text, tag: text, digest: text, name: text },
    } as Partial<SigningIntent>);
    Object.assign(intent.operation, { facts });
    await guard.before?.(intent);
    const approver = 'A'.repeat(1000);
    const approvals = {
      approvedBy: Array(16).fill(approver),
      notYetApprovedBy: Array(16).fill(approver),
      rejectedBy: Array(16).fill(approver),
    };
    const outcome = { intent: { ...intent }, result: 'signed', approvals } as unknown as SigningOutcome;
    await guard.after?.(outcome);
    expect((await all(readAuditLog(folder))).map(({ kind }) => kind)).toEqual(['file', 'intent', 'outcome']);
    const [, , record] = await all(readAuditLog(folder));
    expect(JSON.stringify(record?.members.approvals)).toMatch(/… \d+ more/);
  });
});

describe('a folder', () => {
  it('is not held for ever by a process that died and had the number of this one', async () => {
    const folder = await newFolder();
    await mkdir(folder, { mode: 0o700 });
    const own = await lockName();
    const dead = own.replace(/^(\.lock-\d+-)\d+/, '$11');
    await writeFile(join(folder, dead), '');
    const log = openAuditLog({ folder });
    await log.append({ kind: 'note' });
    expect((await readdir(folder)).filter((name) => name.startsWith('.lock'))).toEqual([]);
  }, 5_000);
});

describe('a checkpoint', () => {
  it('is signed over no head but one of this log, which it would break', async () => {
    const [folder, other] = [await newFolder(), await newFolder()];
    const { signer } = await checkpointKey();
    const [log, foreign] = [openAuditLog({ folder }), openAuditLog({ folder: other })];
    const first = await log.append({ kind: 'note' });
    await log.append({ kind: 'note' });
    const theirs = await foreign.append({ kind: 'note' });
    const bad = [theirs, { ...first, hash: '0'.repeat(64) }, { ...first, seq: 99 }];
    for (const head of bad)
      await expect(log.checkpoint(signer, { head })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await log.checkpoint(signer, { head: first });
    expect((await verifyAuditLog(folder)).verdict).toBe('consistent');
  });
});
