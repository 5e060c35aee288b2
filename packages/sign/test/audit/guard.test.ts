import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BeginResult, createSigner, type Guard, type KeyBackend, SignError, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { notationJws } from '@securosys/notation-envelope';
import { createSentinel, expectNoSecret, expectOwnMemory } from '@securosys/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import {
  auditCheckpointFormat,
  checkpointBytes,
  openAuditLog,
  readAuditLog,
  readCheckpoint,
  verifyAuditLog,
} from '../../src/audit.js';
import { connectTsb, signImage } from '../../src/index.js';
import { approveAll, createWorld, tagged } from '../helpers.js';
import { all, checkpointKey, linesIn, newFolder } from './helpers.js';

const request = { algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('the message') } } as const;

/** A software key under an audit log, and how often its backend was asked. */
async function audited(options: { guards?: readonly Guard[]; begin?: KeyBackend['begin']; folder?: string } = {}) {
  const folder = options.folder ?? (await newFolder());
  const log = openAuditLog({ folder });
  const memory = createMemoryBackend();
  await memory.createKey({ label: 'release', spec: 'ec-p256' });
  const begin = vi.fn<KeyBackend['begin']>(options.begin ?? ((operation, call) => memory.begin(operation, call)));
  const guards = [log.guard({ requester: 'ci', claims: { commit: 'abc' } }), ...(options.guards ?? [])];
  const signer = createSigner({ ...memory, id: memory.id, begin }, { label: 'release' }, { guards, allowOpaque: true });
  return { folder, log, signer, begin, records: () => all(readAuditLog(folder)) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the guard of an audit log', () => {
  it('has the intent on disk before the backend is asked, and the outcome before anybody has the signature', async () => {
    const folder = await newFolder();
    let before: string[] = [];
    const { log, signer } = await audited({
      folder,
      begin: async (): Promise<BeginResult> => {
        before = await linesIn(folder);
        throw new SignError('ERR_UNAVAILABLE', 'later');
      },
    });
    await expect(signer.sign(request)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(before).toHaveLength(2);
    expect(JSON.parse(before[1] as string)).toMatchObject({ kind: 'intent' });
    expect(JSON.parse((await linesIn(folder)).at(-1) as string)).toMatchObject({
      kind: 'outcome',
      intent: 1,
      result: 'failed',
      error: { code: 'ERR_UNAVAILABLE', message: 'later' },
    });
    await log.close();
  });

  it('writes down who, which key, what for, and what came of it (R11)', async () => {
    const { log, signer, records } = await audited();
    const { spki } = await signer.describe();
    const target = { repository: 'registry.example/app', tag: 'v1', digest: `sha256:${'a'.repeat(64)}` };
    await signer.sign({ ...request, target, claims: { build: 'https://ci.example/1' } });
    const digest = `sha256:${'b'.repeat(64)}`;
    const artifact = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 9 };
    await signer.published({ inputs: ['c'.repeat(64)], target, artifacts: [artifact], format: 'cosign', requestId: 'r' });
    await log.close();
    const [, intent, outcome, published] = await records();
    const { spkiSha256 } = (await signer.describe()).ref;
    const key = { spkiSha256, label: 'release', spec: 'ec-p256', assurance: 'software' };
    expect(spki.byteLength).toBeGreaterThan(0);
    expect(intent).toMatchObject({
      kind: 'intent',
      members: {
        requester: 'ci',
        backend: expect.any(String),
        key,
        algorithm: 'ecdsa-sha256',
        inputSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        target,
        claims: { commit: 'abc', build: 'https://ci.example/1' },
      },
    });
    expect(outcome).toMatchObject({
      kind: 'outcome',
      members: {
        intent: 1,
        result: 'signed',
        key,
        inputSha256: intent?.members.inputSha256,
        signatureSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(published).toMatchObject({
      kind: 'published',
      members: { requester: 'ci', key, format: 'cosign', target, artifacts: [artifact], requestId: 'r' },
    });
  });

  it('writes down a veto of another guard, before or after its own turn', async () => {
    const judge = () => Promise.reject(new SignError('ERR_VETOED', 'tags are not ours', { details: { rule: 'tags' } }));
    for (const veto of [{ judge }, { before: judge }]) {
      const { log, signer, begin, records } = await audited({ guards: [veto] });
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'ERR_VETOED' });
      expect(begin).not.toHaveBeenCalled();
      await log.close();
      const refused = (await records()).at(-1);
      expect(refused?.members).toMatchObject({
        result: 'refused',
        error: { code: 'ERR_VETOED', message: 'tags are not ours', rule: 'tags' },
        inputSha256: expect.any(String),
        key: { label: 'release' },
      });
    }
  });

  it('lets nobody use the key when the record cannot be made durable: a full disk, a sync that fails, a folder that is gone', async () => {
    const folder = await newFolder();
    await mkdir(folder, { mode: 0o700 });
    const handle = await open(join(dirname(folder), 'x'), 'w');
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const failing = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
    const { writeFile } = prototype;
    const { log, signer, begin } = await audited({ folder });
    await signer.sign(request);
    expect(begin).toHaveBeenCalledTimes(1);
    const whole = await linesIn(folder);
    for (const spoil of [
      // What is left of a write that ended in the middle must not stay.
      () =>
        vi.spyOn(prototype, 'writeFile').mockImplementation(async function (this: unknown, bytes: unknown) {
          await writeFile.call(this, (bytes as Uint8Array).subarray(0, 40));
          return failing('ENOSPC');
        }),
      () => vi.spyOn(prototype, 'datasync').mockImplementation(() => failing('EIO')),
    ]) {
      const spoiled = spoil();
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'ERR_STORE' });
      spoiled.mockRestore();
      expect(begin).toHaveBeenCalledTimes(1);
      expect(await linesIn(folder)).toEqual(whole);
    }
    // When there is room again, the log goes on as if nothing had been.
    await signer.sign(request);
    expect(begin).toHaveBeenCalledTimes(2);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: whole.length + 2 });
    await log.close();
  });

  it('writes down what people are asked and how they decided', async () => {
    const folder = await newFolder();
    const world = await createWorld();
    await using log = openAuditLog({ folder, clock: world.clock });
    const { chain, clock, oci, store } = world;
    const guards = [log.guard()];
    const signer = createSigner(world.backend(), { label: 'release' }, { chain, clock, store, guards, formats: [notationJws] });
    const options = { signer, format: 'notation-jws', oci, clock } as const;
    await expect(signImage(tagged, options)).rejects.toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
    const [, intent, pending] = await all(readAuditLog(folder));
    expect(intent?.members).toMatchObject({
      facts: { format: 'notation-jws', subject: { digest: world.digest } },
      domain: 'jws',
    });
    const requestId = world.tsb.requests[0]?.id;
    expect(pending?.members).toMatchObject({ result: 'pending', requestId });
    await approveAll(world);
    await signImage(tagged, options);
    const records = await all(readAuditLog(folder, { requestId: String(requestId) }));
    expect(records.map(({ members }) => members.result)).toContain('signed');
    const signed = records.find(({ members }) => members.result === 'signed');
    expect(signed?.members).toMatchObject({ signatureSha256: expect.any(String), approvals: { approvedBy: expect.any(Array) } });
    expect(signed?.members).toMatchObject({ approvals: { approvedBy: [expect.any(String), expect.any(String)] } });
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent' });
  });

  it('fits whatever a request claims into a line, made safe to show', async () => {
    const { log, signer, records } = await audited();
    const claims = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`${'n'.repeat(300)}${i}`, `${i}${'\u{1f600}'.repeat(5000)}`]),
    );
    await signer.sign({ ...request, claims, target: { tag: '\u202egnp.exe\n' } });
    await log.close();
    const [, intent] = await records();
    expect(JSON.stringify(intent?.members.claims)).toContain('more');
    expect(intent?.members.target).toEqual({ tag: '\\u{202e}gnp.exe\\u{a}' });
  });

  it('holds no secret and no message (S37)', async () => {
    const folder = await newFolder();
    const message = createSentinel('message');
    const password = createSentinel('key-password');
    const world = await createWorld({ approvals: false });
    await world.tsb.addKey({ label: 'locked', spec: 'ec-p256', password });
    await expectNoSecret(
      { message, password, token: world.tsb.token },
      async ({ show }) => {
        await using log = openAuditLog({ folder });
        const guards = [log.guard({ requester: 'ci' })];
        const { tsb, clock } = world;
        const auth = { type: 'token', token: tsb.token } as const;
        const backend = connectTsb({
          url: tsb.url,
          auth,
          fetch: tsb.fetch,
          clock,
          keyPassword: (label) => (label === 'locked' ? password : undefined),
        });
        for (const label of ['release', 'locked', 'unknown']) {
          const signer = createSigner(backend, { label }, { guards, allowOpaque: true });
          show(
            await signer
              .sign({ algorithm: 'ecdsa-sha256', input: { message: utf8Bytes(message) } })
              .catch((error: unknown) => error),
          );
        }
        show([log, await all(readAuditLog(folder)), await verifyAuditLog(folder)]);
      },
      { folder },
    );
    expect((await linesIn(folder)).length).toBe(5);
  });
});

describe('a checkpoint', () => {
  it('is signed over bytes of a domain of its own, which approvers see explained (S9)', async () => {
    const head = { log: 'ab'.repeat(16), seq: 7, hash: 'cd'.repeat(32) };
    const bytes = checkpointBytes(head);
    expect(Buffer.from(bytes).toString()).toBe(`securosys-audit-checkpoint v1\nlog: ${head.log}\nseq: 7\nhash: ${head.hash}\n`);
    expect(expectOwnMemory(bytes)).toBe(1);
    expect(auditCheckpointFormat.explain(bytes)).toMatchObject({ details: { record: '7', hash: head.hash } });
    expect(auditCheckpointFormat.explain(utf8Bytes(`${Buffer.from(bytes)} `))).toBeUndefined();
    const { signer } = await checkpointKey();
    const asked = { algorithm: 'ecdsa-sha256', input: { message: bytes } } as const;
    await expect(signer.sign({ ...asked, domain: 'jws' })).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
    await expect(signer.sign(asked)).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
    const blob = { algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('a blob') }, domain: 'audit-checkpoint' } as const;
    await expect(signer.sign(blob)).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
  });

  it.each(['rsa-2048', 'ec-p384', 'ed25519', 'ml-dsa-44'] as const)('is made and checked with %s', async (spec) => {
    const folder = await newFolder();
    await using log = openAuditLog({ folder });
    await log.append({ kind: 'note' });
    const backend = createMemoryBackend();
    const { spki } =
      spec === 'rsa-2048'
        ? backend.addKey({ label: 'auditor', privateKey: rsaKey() })
        : await backend.createKey({ label: 'auditor', spec });
    const checkpoint = await log.checkpoint(createSigner(backend, { label: 'auditor' }, { formats: [auditCheckpointFormat] }));
    expect(readCheckpoint(JSON.parse(JSON.stringify(checkpoint)))).toEqual(checkpoint);
    expect(await verifyAuditLog(folder, { keys: [spki], checkpoints: [checkpoint] })).toMatchObject({
      verdict: 'anchored',
      uncovered: 1,
    });
  });

  it('of a key that asks people is taken up again by its head', async () => {
    const folder = await newFolder();
    const world = await createWorld();
    await using log = openAuditLog({ folder, clock: world.clock });
    await log.append({ kind: 'note' });
    await expect(openAuditLog({ folder: await newFolder() }).checkpoint(world.signer())).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
    });
    const pending: unknown = await log.checkpoint(world.signer(), { timeoutMs: 0 }).catch((error: unknown) => error);
    if (!SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw pending;
    const head = pending.details.head as Awaited<ReturnType<typeof log.head>>;
    expect(head).toEqual(await log.head());
    await log.append({ kind: 'note' });
    await approveAll(world);
    const checkpoint = await log.checkpoint(world.signer(), { ...(head && { head }) });
    expect(world.tsb.requests).toHaveLength(1);
    const { spki } = await world.signer().describe();
    expect(await verifyAuditLog(folder, { keys: [spki] })).toMatchObject({
      verdict: 'anchored',
      anchor: { seq: checkpoint.seq },
      uncovered: 2,
    });
  });

  it.each([{}, { seq: -1 }, { hash: 'x' }, { log: 1 }, { signature: 1 }, { spkiSha256: '' }])(
    'of a strange form is refused: %o',
    (change) => {
      const good = {
        log: 'ab'.repeat(16),
        seq: 7,
        hash: 'cd'.repeat(32),
        algorithm: 'ecdsa-sha256',
        spkiSha256: 'ef'.repeat(32),
        signature: 'AA==',
      };
      const read = () => readCheckpoint({ ...(Object.keys(change).length > 0 ? good : {}), ...change });
      expect(read).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    },
  );
});
