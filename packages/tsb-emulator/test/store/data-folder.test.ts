import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@securosys/core';
import sqlite from 'node-sqlite3-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../testing/src/clock.js';
import { startTsbEmulator, type TsbEmulator, type TsbEmulatorOptions } from '../../src/index.js';
import { ownMark } from '../../src/store/process-mark.js';
import { approvers, rule, signBody } from '../support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const clock = createTestClock();
let dataFolder: string;
const running: TsbEmulator[] = [];

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'tsb-data-'));
});
afterEach(async () => {
  for (const emulator of running.splice(0)) await emulator.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function start(options: TsbEmulatorOptions = {}) {
  const emulator = await startTsbEmulator({ dataFolder, clock, token: 't', banner: () => undefined, ...options });
  running.push(emulator);
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: 'Bearer t', ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${emulator.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as JsonObject };
  };
  return { emulator, tsb: emulator.tsb, call };
}

const inside = (name = '') => join(dataFolder, 'emulated-tsb', name);
const database = () => inside('emulated-tsb.sqlite');
const lock = () => inside('emulated-tsb.lock');
const refused = { code: 'ERR_STORE' };

describe('a data folder', () => {
  it('gives back keys, requests, approvals and the keys of the HSM', async () => {
    const people = approvers(2);
    const first = await start();
    await first.tsb.addKey({ label: 'k', privateKey, password: 'pw', policy: { ruleUse: rule(people, 2) } });
    const asked = await first.call('POST', '/v1/sign', signBody('k', { keyPassword: ['p', 'w'] }));
    const id = asked.body.signRequestId as string;
    await first.tsb.approve(id, people[0]!);
    const before = { ...(await first.call('GET', `/v1/request/${id}`)).body };
    const kept = [first.tsb.timestampKey, first.tsb.attestationKey, await first.tsb.certificateAuthority.root()];
    await first.emulator.close();

    const second = await start();
    expect((await second.call('GET', `/v1/request/${id}`)).body).toEqual(before);
    expect([second.tsb.timestampKey, second.tsb.attestationKey, await second.tsb.certificateAuthority.root()]).toEqual(kept);
    const wrong = await second.call('POST', '/v1/synchronousSign', signBody('k', { keyPassword: ['p'] }));
    expect(wrong.body.errorCode).toBe(620);
    await second.tsb.approve(id, people[1]!);
    const after = (await second.call('GET', `/v1/request/${id}`)).body;
    expect(after).toMatchObject({ status: 'EXECUTED', result: expect.any(String) });
    await second.emulator.close();

    const third = await start();
    expect((await third.call('GET', `/v1/request/${id}`)).body).toEqual(after);
    const { body } = await third.call('POST', '/v1/key/attributes', { label: 'k', password: ['p', 'w'] });
    expect(body.json).toMatchObject({ keyUsageCount: 1 });
    expect((await third.call('POST', '/v1/key/deleteKey', { label: 'k', password: ['p', 'w'] })).status).toBe(200);
    await third.emulator.close();
    expect((await (await start()).call('GET', '/v1/key')).body).toEqual([]);
  });

  it('keeps partitions apart', async () => {
    const partitions = [
      { name: 'a', token: 't' },
      { name: 'b', token: 'u' },
    ];
    const first = await start({ partitions, token: undefined as never });
    await first.tsb.partitions[1]?.addKey({ label: 'of b', privateKey });
    await first.emulator.close();
    const second = await start({ partitions, token: undefined as never });
    expect((await second.call('GET', '/v1/key')).body).toEqual([]);
    const headers = { authorization: 'Bearer u' };
    expect(await (await fetch(`${second.emulator.url}/v1/key`, { headers })).json()).toEqual(['of b']);
  });

  it('is for this user alone, and says what it is (S35)', async () => {
    const { tsb } = await start();
    await tsb.addKey({ label: 'k', privateKey });
    expect(statSync(inside()).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(inside())) {
      expect(name).toContain('emulated');
      if (statSync(inside(name)).isFile()) expect(statSync(inside(name)).mode & 0o777, name).toBe(0o600);
    }
    await running.pop()?.close();
    expect(readFileSync(database()).subarray(68, 72).toString('latin1')).toBe('EMUL');
    expect(readdirSync(inside())).toEqual(['emulated-tsb.sqlite']);
  });

  it('that others can read is refused', async () => {
    mkdirSync(inside());
    chmodSync(inside(), 0o755);
    await expect(start()).rejects.toMatchObject(refused);
  });

  it('says on start that keys are in clear', async () => {
    let banner = '';
    await start({ banner: (text) => (banner += text) });
    expect(banner).toContain('IN CLEAR');
    expect(banner).toContain(dataFolder);
  });

  it('is used by one emulator at a time', async () => {
    const { emulator } = await start();
    await expect(start()).rejects.toMatchObject({ ...refused, message: expect.stringContaining(`process ${process.pid}`) });
    await emulator.close();
    await start();
  });

  it.each([
    ['a process that has ended', () => ({ ...ownMark(), pid: spawnSync(process.execPath, ['-e', '']).pid })],
    ['a process whose number another one has now', () => ({ ...ownMark(), start: '1' })],
    ['a machine before it was started again', () => ({ ...ownMark(), boot: 'an earlier one' })],
  ])('is taken over from %s', async (_, mark) => {
    await (await start()).emulator.close();
    writeFileSync(lock(), JSON.stringify(mark()));
    mkdirSync(`${database()}.lock`); // what the library leaves behind
    const { tsb } = await start();
    await tsb.addKey({ label: 'k', privateKey });
  });

  it.each([
    ['another machine', JSON.stringify({ ...ownMark(), host: 'elsewhere' })],
    ['another container', JSON.stringify({ ...ownMark(), namespace: 'pid:[1]' })],
    ['nobody knows', 'x'],
  ])('is not taken over from a process of %s', async (_, text) => {
    await (await start()).emulator.close();
    writeFileSync(lock(), text);
    await expect(start()).rejects.toMatchObject({ ...refused, message: expect.stringContaining(lock()) });
    expect(readFileSync(lock(), 'utf8')).toBe(text);
  });

  it('that was taken away is not written to any more', async () => {
    const { tsb, call } = await start();
    rmSync(lock());
    await expect(tsb.addKey({ label: 'k', privateKey })).rejects.toMatchObject(refused);
    expect(await call('POST', '/v1/sign', signBody('k'))).toMatchObject({ status: 500, body: { errorCode: 703 } });
  });

  it.each([
    ['of another version', 'PRAGMA application_id = 1162696012; PRAGMA user_version = 2; CREATE TABLE record (a)'],
    ['of another program', 'CREATE TABLE people (name)'],
    ['of a program with an id', 'PRAGMA application_id = 7'],
  ])('with a database %s is refused, and the database is left alone', async (_, sql) => {
    mkdirSync(inside(), { mode: 0o700 });
    const other = new sqlite.Database(database());
    other.exec(sql);
    other.close();
    const before = readFileSync(database());
    await expect(start()).rejects.toMatchObject(refused);
    expect(readFileSync(database())).toEqual(before);
    expect(existsSync(lock())).toBe(false);
  });

  const change = (sql: string) => {
    const own = new sqlite.Database(database());
    own.exec('PRAGMA locking_mode = EXCLUSIVE');
    own.exec(sql);
    own.close();
  };

  it.each([
    ['a text for a database', () => writeFileSync(database(), 'x'.repeat(10_000))],
    ['pages that are overwritten', () => writeFileSync(database(), readFileSync(database()).fill(0xee, 8192))],
    ['records of another shape', () => change(`UPDATE record SET text = '{"name":1}'`)],
    ['records that are no JSON', () => change(`UPDATE record SET text = 'x'`)],
    ['keys that are none', () => change(`UPDATE record SET text = '{"name":"timestamp key","key":{"pkcs8":"AAAA"}}'`)],
  ])('with %s is refused', async (_, damage) => {
    await (await start()).emulator.close();
    damage();
    await expect(start()).rejects.toMatchObject(refused);
    expect(existsSync(lock())).toBe(false);
  });

  it('is made together with the folder around it, and refused at once where none can be made', async () => {
    const missing = join(dataFolder, 'a');
    await expect(start({ dataFolder: join(missing, 'b') })).rejects.toMatchObject(refused);
    expect(existsSync(missing)).toBe(false);
    await start({ dataFolder: missing });
    expect(statSync(missing).mode & 0o777).toBe(0o700);
    await expect(start({ dataFolder: '/proc/foo' })).rejects.toMatchObject(refused);
  });

  it('gives back passwords of any UTF-16 units', async () => {
    const password = ['p', ...'😀'.split(''), '\udc00'];
    const key = {
      label: 'k',
      algorithm: 'EC',
      curveOid: '1.2.840.10045.3.1.7',
      attributes: { sign: true, decrypt: false, unwrap: false },
    };
    const first = await start();
    expect((await first.call('POST', '/v1/key', { ...key, password })).status).toBe(201);
    await first.emulator.close();
    const { call } = await start();
    expect((await call('POST', '/v1/key/attributes', { label: 'k', password: ['p'] })).body.errorCode).toBe(620);
    expect((await call('POST', '/v1/key/attributes', { label: 'k', password })).status).toBe(200);
  });
});
