import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SignError, systemClock } from '@securosys/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { underAttemptLock } from '../../src/pin/attempt-lock.js';
import { removeDeadLock } from '../../src/pin/dead-lock.js';
import type { PinOptions } from '../../src/pin/pin-options.js';
import { ckrError, createWorld, fakeToken, removeWorlds, tokenInfo } from './world.js';

afterEach(removeWorlds);

const token = tokenInfo();
const request = { token, purpose: 'login' as const };
type World = ReturnType<typeof createWorld>;

/** A start of a program: a provider of its own. */
const start = (world: World, options: PinOptions, login: (pin: string) => Promise<void>) =>
  world.provider(options).withPin(request, login);

describe('a wrong PIN is never tried twice', () => {
  it.each([
    ['a value', { sources: ['wrong'] }],
    ['a variable', { sources: [{ env: 'PIN' }], env: { PIN: 'wrong' } }],
    ['a callback', { sources: [async () => 'wrong'] }],
  ] satisfies [string, PinOptions][])('three starts with one of %s: one login reaches the module', async (_, options) => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, options, login)).rejects.toMatchObject({ details: { upstreamCode: 0xa0 } });
    for (let i = 0; i < 2; i++)
      await expect(start(world, options, login)).rejects.toMatchObject({
        code: 'ERR_AUTHENTICATION',
        details: { upstreamName: 'CKR_PIN_INCORRECT', latched: true },
      });
    expect(tried).toEqual(['wrong']);
  });

  it('three starts at the same moment: one login reaches the module', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    const slow = async (pin: string) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await login(pin);
    };
    const results = await Promise.allSettled([1, 2, 3].map(() => start(world, { sources: ['wrong'] }, slow)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(tried).toEqual(['wrong']);
    expect(readdirSync(world.stateFolder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('a file is tried again once somebody has written to it, also with the same name and length', async () => {
    const world = createWorld();
    world.writePin('wrong');
    utimesSync(world.file, 1_700_000_000, 1_700_000_000);
    const { login, tried } = fakeToken('right');
    const options = { sources: [{ file: world.file }] };
    await expect(start(world, options, login)).rejects.toThrow();
    await expect(start(world, options, login)).rejects.toThrow(/never tried twice/);
    writeFileSync(world.file, 'right');
    await start(world, options, login);
    expect(tried).toEqual(['wrong', 'right']);
    expect(readdirSync(world.stateFolder)).toEqual([]);
  });

  it('a source that failed is not asked, and another one may be', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    const env = { PIN: 'right', OLD: 'wrong' };
    await expect(start(world, { sources: [{ env: 'OLD' }], env }, login)).rejects.toThrow();
    await expect(start(world, { sources: [async () => 'wrong'] }, login)).rejects.toThrow();
    const never = { sources: [async () => expect.fail('was asked')] };
    await expect(start(world, never, login)).rejects.toThrow(/the callback failed before/);
    await start(world, { sources: [{ env: 'PIN' }], env }, login);
    expect(tried).toEqual(['wrong', 'wrong', 'right']);
  });

  it('another version of a secret that its owner names may be tried', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'], pinVersion: 'v1' }, login)).rejects.toThrow();
    await expect(start(world, { sources: ['right'], pinVersion: 'v1' }, login)).rejects.toThrow(/failed before/);
    await start(world, { sources: ['right'], pinVersion: 'v2' }, login);
    expect(tried).toEqual(['wrong', 'right']);
  });

  it('an older version that comes back is as wrong as it was: of each source more than the last failure is remembered', async () => {
    for (const stateFolder of [undefined, false] as const) {
      const world = createWorld();
      const { login, tried } = fakeToken('right');
      const place = stateFolder === false ? { stateFolder } : {};
      const with_ = (pinVersion: string) => start(world, { sources: ['wrong'], pinVersion, ...place }, login);
      for (const version of ['back-1', 'back-2']) await expect(with_(version)).rejects.toThrow(/login failed/);
      for (const version of ['back-1', 'back-2']) await expect(with_(version)).rejects.toThrow(/failed before/);
      expect(tried).toEqual(['wrong', 'wrong']);
    }
  });

  it('a failure of one token says nothing about another', async () => {
    const world = createWorld();
    const { login } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    const other = { token: tokenInfo({ serial: 'other' }), purpose: 'login' as const };
    await expect(world.provider({ sources: ['right'] }).withPin(other, login)).resolves.toBeUndefined();
  });

  it.each([
    [0xa1, 'CKR_PIN_INVALID'],
    [0xa2, 'CKR_PIN_LEN_RANGE'],
    [0xa3, 'CKR_PIN_EXPIRED'],
    [0xa4, 'CKR_PIN_LOCKED'],
    [0x102, 'CKR_USER_PIN_NOT_INITIALIZED'],
    [0x8000_000b, 'Primus: wrong PIN'],
    [0x8000_0037, 'Primus: password expired'],
  ])('0x%s closes the latch (%s)', async (code, name) => {
    const world = createWorld();
    let calls = 0;
    const login = async () => {
      calls++;
      throw ckrError(code, name);
    };
    await expect(start(world, { sources: ['1'] }, login)).rejects.toThrow('the login failed');
    await expect(start(world, { sources: ['1'] }, login)).rejects.toThrow(/failed before/);
    expect(calls).toBe(1);
  });

  it('failures that say nothing about the PIN let it be tried again', async () => {
    const world = createWorld();
    const errors = [ckrError(0xe0, 'CKR_TOKEN_NOT_PRESENT'), ckrError(0x30, 'CKR_DEVICE_ERROR'), new Error('anything')];
    for (const error of errors)
      await expect(start(world, { sources: ['1'] }, async () => Promise.reject(error))).rejects.toBe(error);
    await start(world, { sources: ['1'] }, async () => {});
    expect(readdirSync(world.stateFolder)).toEqual([]);
  });

  it('an attempt that was never answered counts as failed, unless the PIN was right in this process before', async () => {
    const world = createWorld();
    const unanswered = new SignError('ERR_TIMEOUT', 'no answer', { details: { unanswered: true } });
    const never = async () => Promise.reject(unanswered);
    const provider = world.provider({ sources: ['1'] });
    await provider.withPin({ token, purpose: 'login' }, async () => {});
    await expect(provider.withPin({ token, purpose: 'login' }, never)).rejects.toBe(unanswered);
    await provider.withPin({ token, purpose: 'login' }, async () => {});
    await expect(start(world, { sources: ['1'] }, never)).rejects.toBe(unanswered);
    await expect(start(world, { sources: ['1'] }, async () => {})).rejects.toThrow(/it was not answered/);
  });

  it('a wrong PIN for one use of a key counts like one at login', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    const provider = world.provider({ sources: ['wrong'] });
    const use = { token, purpose: 'context' as const, keyLabel: 'k' };
    await expect(provider.withPin(use, login)).rejects.toMatchObject({ details: { upstreamCode: 0xa0 } });
    await expect(provider.withPin(use, login)).rejects.toThrow(/failed before/);
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow(/failed before/);
    expect(tried).toEqual(['wrong']);
  });

  it('a use of a key may have to log in again on its way, and waits for nobody but others', async () => {
    const provider = createWorld().provider({ sources: ['right'] });
    const { login, tried } = fakeToken('right');
    await provider.withPin({ token, purpose: 'context' }, async (pin) => {
      await provider.withPin(request, login);
      await login(pin);
    });
    expect(tried).toEqual(['right', 'right']);
  });

  it('who has put it right says so, or removes the file that the message names', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    await world.provider({ sources: ['right'] }).forgetFailure(token);
    await start(world, { sources: ['right'] }, login);
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    const [name] = readdirSync(world.stateFolder);
    const path = join(world.stateFolder, name as string);
    await expect(start(world, { sources: ['right'] }, login)).rejects.toThrow(path);
    rmSync(path);
    await start(world, { sources: ['right'] }, login);
    expect(tried).toEqual(['wrong', 'right', 'wrong', 'right']);
  });

  it('without a state folder it is remembered in this process, by all providers', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    const options = { sources: [{ env: 'PIN' }], env: { PIN: 'wrong' }, stateFolder: false } as const;
    await expect(start(world, options, login)).rejects.toThrow();
    await expect(start(world, options, login)).rejects.toThrow(/failed before/);
    expect(tried).toEqual(['wrong']);
    await world.provider(options).forgetFailure(token);
    await expect(start(world, options, login)).rejects.toMatchObject({ details: { upstreamCode: 0xa0 } });
    await world.provider(options).forgetFailure(token);
  });
});

describe('what is written down about a failure', () => {
  it('names the token and the source, in a folder and a file of this user alone', async () => {
    const world = createWorld();
    world.writePin('wrong');
    const options = { sources: [{ file: world.file }] };
    await expect(start(world, options, fakeToken('right').login)).rejects.toThrow();
    const [name, ...more] = readdirSync(world.stateFolder);
    expect(more).toEqual([]);
    const path = join(world.stateFolder, name as string);
    const record = JSON.parse(readFileSync(path, 'utf8'));
    expect(record).toMatchObject({
      serial: '1234abcd',
      label: 'release',
      source: `file:${world.file}`,
      ckr: 'CKR_PIN_INCORRECT',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(world.stateFolder).mode & 0o777).toBe(0o700);
  });

  it('is the same for every wrong PIN: nothing in it comes from the PIN', async () => {
    const records = await Promise.all(
      ['wrong', 'also wrong and longer'].map(async (pin) => {
        const world = createWorld();
        await expect(start(world, { sources: [pin] }, fakeToken('right').login)).rejects.toThrow();
        const [name] = readdirSync(world.stateFolder) as [string];
        return [name, readFileSync(join(world.stateFolder, name), 'utf8')];
      }),
    );
    expect(records[0]).toEqual(records[1]);
  });

  it('a folder that others may touch, that is a link or a file, or that cannot be made, stops before the attempt', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    const open = join(world.folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const link = join(world.folder, 'link');
    world.makeState();
    symlinkSync(world.stateFolder, link);
    const file = join(world.folder, 'file');
    writeFileSync(file, '');
    for (const stateFolder of [open, link, file, join(file, 'below')])
      await expect(start(world, { sources: ['right'], stateFolder }, login), stateFolder).rejects.toMatchObject({
        code: 'ERR_STORE',
      });
    const relative = start(world, { sources: ['right'], stateFolder: 'state' }, login);
    await expect(relative).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(tried).toEqual([]);
  });

  it('a record that is damaged stops before the attempt', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    const [name] = readdirSync(world.stateFolder) as [string];
    for (const damaged of ['', '{}', '{"version":1,"ckr":"x"}']) {
      writeFileSync(join(world.stateFolder, name), damaged);
      await expect(start(world, { sources: ['right'] }, login)).rejects.toMatchObject({
        code: expect.stringMatching(/STORE|MALFORMED/),
      });
    }
    expect(tried).toEqual(['wrong']);
  });

  it('a record that is a link, a folder or over its size is not read, and stops before the attempt', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    const record = join(world.stateFolder, readdirSync(world.stateFolder)[0] as string);
    const text = readFileSync(record, 'utf8');
    const elsewhere = join(world.folder, 'elsewhere.json');
    writeFileSync(elsewhere, text.replace('"version": ""', '"version": "x"'));
    const refused = () =>
      expect(start(world, { sources: ['right'] }, login)).rejects.toMatchObject({ code: expect.stringMatching(/STORE|LIMIT/) });
    rmSync(record);
    symlinkSync(elsewhere, record);
    await refused();
    rmSync(record);
    mkdirSync(record);
    await refused();
    rmSync(record, { recursive: true });
    writeFileSync(record, text + ' '.repeat(1 << 20));
    await refused();
    expect(tried).toEqual(['wrong']);
  });

  it('a lock that a dead process left is taken over, a fresh one is waited for', async () => {
    const world = createWorld();
    const { login, tried } = fakeToken('right');
    await expect(start(world, { sources: ['wrong'] }, login)).rejects.toThrow();
    const [name] = readdirSync(world.stateFolder) as [string];
    rmSync(join(world.stateFolder, name));
    const lock = join(world.stateFolder, name.replace('.json', '-login.lock'));
    writeFileSync(lock, '');
    utimesSync(lock, 1_700_000_000, 1_700_000_000);
    await start(world, { sources: ['right'] }, login);
    writeFileSync(lock, '');
    let time = 0;
    const clock = {
      now: () => time,
      sleep: async (ms: number) => {
        time += ms * 100;
      },
    };
    await expect(start(world, { sources: ['right'], clock }, login)).rejects.toThrow(/another process tries this PIN/);
    expect(tried).toEqual(['wrong', 'right']);
  });

  it('of several who see a dead lock one removes it, and none a lock that has taken its place', async () => {
    const world = createWorld();
    world.makeState();
    const lock = join(world.stateFolder, 'x.lock');
    const make = () => {
      writeFileSync(lock, '');
      utimesSync(lock, 1_700_000_000, 1_700_000_000);
      return statSync(lock);
    };
    const seen = make();
    await Promise.all([1, 2, 3].map(() => removeDeadLock(lock, seen, 60_000)));
    expect(readdirSync(world.stateFolder)).toEqual([]);
    writeFileSync(lock, 'of a process that lives');
    await removeDeadLock(lock, seen, 60_000);
    expect(readdirSync(world.stateFolder)).toEqual(['x.lock']);
    // One who died between the two names: nobody removes it before its time is over, and everybody after.
    const again = make();
    linkSync(lock, `${lock}.${again.ino}-${Math.trunc(again.mtimeMs)}`);
    await removeDeadLock(lock, again, 60_000);
    expect(readdirSync(world.stateFolder)).toHaveLength(2);
    await removeDeadLock(lock, again, -1);
    await removeDeadLock(lock, again, 60_000);
    expect(readdirSync(world.stateFolder)).toEqual([]);
  });

  it('an attempt that was taken for dead does not remove the lock of whoever took its place', async () => {
    const world = createWorld();
    world.makeState();
    const lock = join(world.stateFolder, 'x.lock');
    await underAttemptLock({ folder: world.stateFolder, name: 'x', clock: systemClock }, async () => {
      rmSync(lock);
      writeFileSync(lock, 'of another process');
    });
    expect(readFileSync(lock, 'utf8')).toBe('of another process');
  });

  it('a lock is kept fresh for as long as its attempt runs', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const world = createWorld();
      let locks: { mtimeMs: number }[] = [];
      const look = () => readdirSync(world.stateFolder).map((name) => statSync(join(world.stateFolder, name)));
      await start(world, { sources: ['right'] }, async () => {
        for (const name of readdirSync(world.stateFolder))
          utimesSync(join(world.stateFolder, name), 1_700_000_000, 1_700_000_000);
        vi.advanceTimersByTime(30_000);
        // The file is touched in its own time: long after 50 turns of the loop on a busy machine.
        for (let i = 0; i < 2_000 && (look()[0]?.mtimeMs ?? 0) <= 1_700_000_000_000; i++)
          await new Promise((resolve) => setTimeout(resolve, 5));
        locks = look();
      });
      expect(locks).toHaveLength(1);
      expect(Date.now() - (locks[0]?.mtimeMs ?? 0)).toBeLessThan(60_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
