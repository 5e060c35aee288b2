import { generateKeyPairSync } from 'node:crypto';
import { createMemoryStore, type JsonObject, type KeyBackend, sha256Hex } from '@securosys/core';
import { applicationKeyFromPrivateKey } from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { requestFile } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import {
  approveAll,
  attachedTo,
  everyFormat,
  prepare,
  rehashed,
  repositoryName,
  resume,
  tagged,
  thrown,
  type World,
} from './support.js';

const targets = [repositoryName];
const key = () => applicationKeyFromPrivateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64');
const parse = (file: Uint8Array) => JSON.parse(new TextDecoder().decode(file));
const written = (json: object) => new TextEncoder().encode(JSON.stringify(json));

/** Takes a file up on another machine, which has nothing but it. */
const elsewhere = (world: World, file: Uint8Array, more: Parameters<typeof resume>[2] = {}) =>
  resume(world, file, { store: createMemoryStore(), targets, ...more });

describe('a request file', () => {
  it('is submitted by one machine and completed by it, having been prepared by another', async () => {
    const world = await createWorld();
    const prepared = await prepare(world, everyFormat);
    const file = await requestFile(prepared);
    expect(new Uint8Array(file.buffer)).toHaveLength(file.length);
    const request = await elsewhere(world, file);
    expect([request.id, request.state.status]).toEqual([prepared.id, 'prepared']);
    await request.submit();
    await approveAll(world);
    await request.complete();
    expect(await attachedTo(world)).toHaveLength(3);
  });

  it('holds no secret and nothing of how far the request has come', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    const before = await requestFile(request);
    await request.submit();
    await approveAll(world);
    await request.complete();
    expect(await requestFile(request)).toEqual(before);
    expect(new TextDecoder().decode(before)).not.toContain(world.tsb.token);
  });

  it('that was used up is refused, wherever it comes from', async () => {
    const world = await createWorld();
    const file = await requestFile(await prepare(world, everyFormat));
    const first = await resume(world, file, { targets });
    await first.submit();
    // While it is open, the file is one more way to the same request.
    expect((await (await resume(world, file, { targets })).submit()).status).toBe('pending');
    expect(world.tsb.requests).toHaveLength(4);
    const waiting = await resume(world, file, { targets });
    await approveAll(world);
    await first.complete();
    const stale = { code: 'ERR_REQUEST_STALE', details: { reason: 'replayed' } };
    expect(await thrown(resume(world, file, { targets }))).toMatchObject(stale);
    // Whoever had it already finds what was attached.
    await waiting.complete();
    expect(await attachedTo(world)).toHaveLength(3);
    // The same asked anew is another request: the old file is none of it.
    world.clock.advance(1_000);
    await (await prepare(world, everyFormat)).submit();
    expect(await thrown(resume(world, file, { targets }))).toMatchObject(stale);
    expect(world.tsb.requests).toHaveLength(8);
  });

  it('past its expiry is neither submitted nor completed', async () => {
    const world = await createWorld();
    const file = await requestFile(await prepare(world, everyFormat, { expiresAfterMs: 60_000 }));
    world.clock.advance(60_000);
    const request = await elsewhere(world, file);
    for (const work of [request.submit(), request.complete()]) expect((await thrown(work)).code).toBe('ERR_APPROVAL_EXPIRED');
    expect(world.tsb.requests).toHaveLength(0);
  });

  it('goes nowhere but to the targets that its taker names, and has to be told them', async () => {
    const world = await createWorld();
    const file = await requestFile(await prepare(world, everyFormat));
    expect((await thrown(elsewhere(world, file, { targets: undefined }))).message).toMatch(/targets/);
    const asked: string[] = [];
    const certificates = async () => {
      asked.push('certificates');
      return [];
    };
    const backend = Object.create(world.backend(), { certificates: { value: certificates } }) as KeyBackend;
    const foreign = { targets: ['registry.example/else'], chains: [], backend };
    expect((await thrown(elsewhere(world, file, foreign))).code).toBe('ERR_POLICY_UNSAFE');
    expect(asked, 'a file that goes elsewhere makes nobody ask the backend').toEqual([]);
  });

  it('takes no certificates with it: they must be those of the key', async () => {
    const world = await createWorld();
    const file = await requestFile(await prepare(world, [{ image: tagged, format: 'notation-jws' }]));
    expect((await thrown(elsewhere(world, file, { chains: [] }))).code).toBe('ERR_CHAIN_INVALID');
  });

  it('sends nothing to the backend that it names, but only to the one it is taken up with', async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const file = await requestFile(await prepare(world, everyFormat));
    expect((await thrown(elsewhere(world, file, { backend: { ...other.backend(), id: 'tsb:other' } as never }))).code).toBe(
      'ERR_INVALID_ARGUMENT',
    );
  });
});

describe('whoever alters a request file', () => {
  const shared = (async () => {
    const world = await createWorld();
    return { world, file: await requestFile(await prepare(world, everyFormat)) };
  })();
  const identity = (json: JsonObject, at = 0) => (json.items as { identity: Record<string, unknown> }[])[at]?.identity ?? {};
  const record = (json: JsonObject, at = 0) => (json.items as Record<string, unknown>[])[at] ?? {};
  const changes: [string, (json: JsonObject) => unknown][] = [
    ['names another image', (json) => Object.assign(identity(json), { reference: `${repositoryName}@sha256:${'0'.repeat(64)}` })],
    ['names no format', (json) => delete (identity(json) as { format?: string }).format],
    ['names another key', (json) => Object.assign(identity(json), { spki: otherKey })],
    ['leaves the expiry out of the bytes', (json) => Object.assign(identity(json), { expirySeconds: 60 })],
    ['adds an annotation', (json) => Object.assign(identity(json), { annotations: { approved: 'yes' } })],
    ['adds a member to an item', (json) => Object.assign(record(json), { attached: [] })],
    ['says how far it came', (json) => Object.assign(record(json), { ended: { code: 'ERR_REQUEST_FAILED', reason: 'x' } })],
    ['adds an item twice', (json) => (json.items as unknown[]).push(record(json))],
    ['takes the bytes of another item', (json) => Object.assign(record(json), { prepared: record(json, 1).prepared })],
    ['names another format', (json) => Object.assign(identity(json), { format: 'notation-cose' })],
    ['wants a timestamp', (json) => Object.assign(identity(json), { timestamped: 'yes' })],
    ['removes a nonce', (json) => delete (record(json) as { nonce?: string }).nonce],
    ['adds a member', (json) => Object.assign(json, { targets: ['registry.example/evil'] })],
    ['changes how it is published', (json) => Object.assign(json, { publish: 'some' })],
    ['has an expiry that is no time', (json) => Object.assign(json, { expiresAt: 'never' })],
  ];
  it.each(changes)('and %s is refused, although all hashes fit', async (_, change) => {
    const { world, file } = await shared;
    const json = parse(file);
    change(json);
    expect((await thrown(elsewhere(world, written(rehashed(json))))).code).toBe('ERR_MALFORMED');
    expect(world.tsb.requests).toHaveLength(0);
  });

  it('and leaves out an item, or changes the expiry, makes another request: the id says so', async () => {
    const { world, file } = await shared;
    const json = parse(file);
    json.items.pop();
    expect((await thrown(elsewhere(world, written(json)))).code).toBe('ERR_MALFORMED');
    const fewer = await elsewhere(world, written(rehashed(json)));
    expect(fewer.id).not.toBe(parse(file).id);
  });

  it('and cuts it off, sends something else, or too much, is refused', async () => {
    const { world, file } = await shared;
    for (const cut of [0, 1, 100, file.length - 1])
      expect((await thrown(elsewhere(world, file.slice(0, cut)))).code, String(cut)).toBe('ERR_MALFORMED');
    for (const foreign of ['[]', '{}', '{"version":1,"kind":"signing-request"}', 'PK\u0003\u0004'])
      expect((await thrown(elsewhere(world, new TextEncoder().encode(foreign)))).code, foreign).toBe('ERR_MALFORMED');
    expect((await thrown(elsewhere(world, new Uint8Array((64 << 20) + 1)))).code).toBe('ERR_LIMIT');
  });

  it('and makes it newer than it is, is told that a newer release is needed', async () => {
    const { world, file } = await shared;
    expect((await thrown(elsewhere(world, written({ ...parse(file), version: 2 })))).code).toBe('ERR_CAPABILITY_MISSING');
  });
});

describe('who vouches for a request file', () => {
  it('is a pinned key, and then no targets are needed', async () => {
    const world = await createWorld();
    const [ours, theirs] = [key(), key()];
    const request = await prepare(world, everyFormat);
    const file = await requestFile(request, ours);
    const vouched = { requester: [theirs.spki, ours.spki], targets: undefined, chains: [] };
    expect((await elsewhere(world, file, vouched)).id).toBe(request.id);
    expect((await thrown(elsewhere(world, file, { requester: theirs.spki }))).code).toBe('ERR_NOT_TRUSTED');
    expect((await thrown(elsewhere(world, await requestFile(request), vouched))).code).toBe('ERR_NOT_TRUSTED');
    const json = parse(file);
    json.items[0].claims.reason = 'trust me';
    expect((await thrown(elsewhere(world, written(json), vouched))).code).toBe('ERR_SIGNATURE_MISMATCH');
    const forged = { ...parse(await requestFile(request, theirs)) };
    forged.signature.spki = json.signature.spki;
    expect((await thrown(elsewhere(world, written(forged), vouched))).code).toBe('ERR_SIGNATURE_MISMATCH');
    forged.signature = { value: 1 };
    expect((await thrown(elsewhere(world, written(forged), vouched))).code).toBe('ERR_MALFORMED');
  });

  it('is whoever told its hash', async () => {
    const world = await createWorld();
    const file = await requestFile(await prepare(world, everyFormat));
    const pinned = { fileSha256: sha256Hex(file), targets: undefined };
    await elsewhere(world, file, pinned);
    const json = parse(file);
    json.createdAt = 0;
    expect((await thrown(elsewhere(world, written(json), pinned))).code).toBe('ERR_DIGEST_MISMATCH');
    expect((await thrown(elsewhere(world, file, { ...pinned, fileSha256: 'x' }))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
