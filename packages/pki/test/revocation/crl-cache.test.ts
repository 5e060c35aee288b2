import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, type Logger, sha256Hex, utf8Bytes } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCrl, testCrl } from '../../../testing/src/revocation/crl.js';
import { type CrlCache, createFolderCrlCache, createMemoryCrlCache } from '../../src/index.js';
import { bench, crlUrl, deltaUrl, hour, impostor, leafSerial, leafWith, now, points, root, summary } from './setup.js';

const leaf = leafWith([points([crlUrl])]);
const fileName = sha256Hex(utf8Bytes(crlUrl));
const crl = (change: Partial<TestCrl> = {}) =>
  testCrl({ signer: root, thisUpdate: now - hour, nextUpdate: now + hour, number: 1, ...change });
const revoking = { entries: [{ serial: leafSerial, at: now - hour }] };

let parent = '';
let made = 0;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'crl-cache-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));
const newFolder = () => join(parent, `${made++}`, 'crl');

function recorder() {
  const warnings: string[] = [];
  const quiet = () => undefined;
  const logger: Logger = { debug: quiet, info: quiet, error: quiet, warn: (message) => void warnings.push(message) };
  return { warnings, logger };
}

describe.each<[string, () => CrlCache]>([
  ['memory', () => createMemoryCrlCache()],
  ['folder', () => createFolderCrlCache(newFolder())],
])('a cache of CRLs in a %s', (_, create) => {
  it('answers until the next update, and says that it does', async () => {
    const { check, server, clock, authority } = bench();
    const cache = create();
    expect((await check(leaf, { cache })).certificates[0]?.sources).toEqual([{ url: crlUrl, method: 'crl', status: 'ok' }]);
    authority.revoke(leafSerial);
    const [first] = (await check(leaf, { cache })).certificates;
    expect(first?.sources).toEqual([{ url: crlUrl, method: 'crl', status: 'ok', cached: true }]);
    clock.advance(hour + 1);
    expect(summary(await check(leaf, { cache })).status).toBe('revoked');
    expect(server.requests).toHaveLength(2);
  });

  it('serves a host without a network', async () => {
    const { check, server } = bench();
    const cache = create();
    await cache.set(crlUrl, { base: crl(revoking) });
    expect(summary(await check(leaf, { cache })).status).toBe('revoked');
    expect(server.requests).toEqual([]);
  });

  it.each<[string, Uint8Array]>([
    ['of another key', crl({ signer: impostor })],
    ['that is no CRL', new Uint8Array(9)],
    ['of the future', crl({ thisUpdate: now + hour, nextUpdate: now + 2 * hour })],
  ])('is not believed about a CRL %s: the server is asked, and there is a warning', async (_name, base) => {
    const { check, server, authority } = bench();
    authority.revoke(leafSerial);
    const { warnings, logger } = recorder();
    const cache = create();
    await cache.set(crlUrl, { base });
    expect(summary(await check(leaf, { cache, logger })).status).toBe('revoked');
    expect(server.requests).toHaveLength(1);
    expect(warnings).toEqual(['a CRL in the cache is not used']);
  });

  it('keeps a delta with its base, and is no use without one that belongs there', async () => {
    const extensions = [{ oid: '2.5.29.46', value: points([deltaUrl]).value }];
    const { check, server } = bench();
    const cache = create();
    const base = crl({ extensions });
    await cache.set(crlUrl, { base, delta: crl({ number: 2, deltaOf: 1, ...revoking }) });
    expect(summary(await check(leaf, { cache })).status).toBe('revoked');
    expect(server.requests).toEqual([]);
    await cache.set(crlUrl, { base });
    server.fault(crlUrl, { body: base });
    expect(summary(await check(leaf, { cache }))).toMatchObject({ status: 'unknown', rules: ['delta-missing'] });
    expect(server.requests.map(({ url }) => url)).toEqual([crlUrl, deltaUrl]);
  });
});

describe('createMemoryCrlCache', () => {
  const bytes = (length: number) => ({ base: new Uint8Array(length) });

  it('lets the longest unused go, by number and by size', async () => {
    const few = createMemoryCrlCache({ maxEntries: 2 });
    for (const url of ['a', 'b']) await few.set(url, bytes(1));
    await few.get('a');
    await few.set('c', bytes(1));
    expect([await few.get('a'), await few.get('b'), await few.get('c')].map(Boolean)).toEqual([true, false, true]);
    const small = createMemoryCrlCache({ maxBytes: 10 });
    await small.set('a', bytes(6));
    await small.set('b', { base: new Uint8Array(3), delta: new Uint8Array(3) });
    await small.set('c', bytes(11));
    expect([await small.get('a'), await small.get('b'), await small.get('c')].map(Boolean)).toEqual([false, true, false]);
  });

  it('keeps what it was given, not what its giver makes of it later', async () => {
    const cache = createMemoryCrlCache();
    const base = Uint8Array.of(1, 2);
    await cache.set('a', { base });
    base.fill(0);
    expect(await cache.get('a')).toEqual({ base: Uint8Array.of(1, 2) });
  });

  it('refuses options that it does not have', () => {
    for (const options of [{ maxEntries: 0 }, { maxBytes: 1.5 }, { max: 1 }])
      expect(() => createMemoryCrlCache(options as object)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('createFolderCrlCache (notation.md §10.3)', () => {
  it('lays files out as the Notation programs do', async () => {
    const folder = newFolder();
    const [base, delta] = [crl(), crl({ number: 2, deltaOf: 1 })];
    await createFolderCrlCache(folder).set(crlUrl, { base, delta });
    expect(await readdir(folder)).toEqual([fileName]);
    const text = await readFile(join(folder, fileName), 'utf8');
    expect(text).toBe(`{"baseCRL":"${base64Text(base)}","deltaCRL":"${base64Text(delta)}"}`);
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, fileName))).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('follows no link, neither when reading nor when writing (S29)', async () => {
    const folder = newFolder();
    await mkdir(folder, { recursive: true });
    const target = join(folder, 'target');
    await writeFile(target, JSON.stringify({ baseCRL: base64Text(crl()) }));
    await symlink(target, join(folder, fileName));
    const cache = createFolderCrlCache(folder);
    await expect(cache.get(crlUrl)).rejects.toMatchObject({ code: 'ERR_STORE' });
    await cache.set(crlUrl, { base: crl(revoking) });
    expect((await stat(join(folder, fileName))).isFile()).toBe(true);
    expect(await readFile(target, 'utf8')).not.toContain(base64Text(crl(revoking)));
    const linked = join(parent, 'linked');
    await symlink(folder, linked);
    await expect(createFolderCrlCache(linked).set(crlUrl, { base: crl() })).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['a member twice', '{"baseCRL":"AA==","baseCRL":"AA=="}'],
    ['base64 that is not canonical', '{"baseCRL":"AB=="}'],
    ['no base', '{"deltaCRL":"AA=="}'],
    ['a number', '{"baseCRL":1}'],
  ])('is a warning when an entry holds %s', async (_, text) => {
    const folder = newFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, fileName), text);
    const { warnings, logger } = recorder();
    const { check } = bench();
    expect(summary(await check(leaf, { cache: createFolderCrlCache(folder), logger })).status).toBe('ok');
    expect(warnings).toEqual(['a CRL in the cache is not used']);
  });

  it('is a warning when it cannot be written, and leaves nothing behind', async () => {
    const folder = newFolder();
    await mkdir(join(folder, fileName, 'in the way'), { recursive: true });
    const { warnings, logger } = recorder();
    const { check } = bench();
    expect(summary(await check(leaf, { cache: createFolderCrlCache(folder), logger })).status).toBe('ok');
    expect(warnings).toEqual(['a CRL in the cache is not used', 'a CRL could not be put into the cache']);
    expect(await readdir(folder)).toEqual([fileName]);
    const file = join(parent, 'file');
    await writeFile(file, '');
    await expect(createFolderCrlCache(join(file, 'crl')).set(crlUrl, { base: crl() })).rejects.toMatchObject({
      code: 'ERR_STORE',
    });
  });
});
