import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PinInfo, PinSource } from '../../src/pin/pin-source.js';
import { createWorld, fakeToken, removeWorlds, tokenInfo } from './world.js';

afterEach(removeWorlds);

const token = tokenInfo();
const request = { token, purpose: 'login' as const };

async function pinOf(sources: readonly PinSource[], env: Record<string, string> = {}, world = createWorld()) {
  return world.provider({ sources, env }).withPin(request, async (pin) => pin);
}

describe('where a PIN comes from', () => {
  it('the callback is asked before the file, the file before the environment, and the value comes last', async () => {
    const world = createWorld();
    world.writePin('of the file\n');
    const all: PinSource[] = ['of the value', { env: 'PIN' }, { file: world.file }, async () => 'of the callback'];
    const env = { PIN: 'of the environment' };
    for (const expected of ['of the callback', 'of the file', 'of the environment', 'of the value']) {
      expect(await pinOf(all, env, world)).toBe(expected);
      all.pop();
    }
    await expect(pinOf(all, env, world)).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
  });

  it('a source that has none lets the next one be asked', async () => {
    expect(await pinOf([async () => undefined, { env: 'EMPTY' }, 'value'], { EMPTY: '' })).toBe('value');
    await expect(pinOf([async () => undefined, { env: 'ABSENT' }])).rejects.toThrow(/the callback, then the variable ABSENT/);
  });

  it('the callback is told the token, the purpose and the key, and gets the signal', async () => {
    const asked: PinInfo[] = [];
    const callback = async (info: PinInfo) => {
      asked.push(info);
      return new Uint8Array([0x31, 0x32]);
    };
    const provider = createWorld().provider({ sources: [callback] });
    const { signal } = new AbortController();
    await provider.withPin({ token, purpose: 'context', keyLabel: 'card key' }, async (pin) => expect(pin).toBe('12'), {
      signal,
    });
    const facts = { tokenLabel: 'release', tokenSerial: '1234abcd', purpose: 'context', keyLabel: 'card key', attempt: 1 };
    expect(asked).toEqual([{ ...facts, finalTry: false, signal }]);
  });

  it.each([
    ['12 34\n', '12 34'],
    ['1234\r\n', '1234'],
    ['1234\n\n', '1234\n'],
    [' 1234', ' 1234'],
    ['pä€', 'pä€'],
  ])('one line end at the end of a file is not part of the PIN, and nothing else is taken away: %j', async (contents, pin) => {
    const world = createWorld();
    world.writePin(contents);
    expect(await pinOf([{ file: world.file }], {}, world)).toBe(pin);
  });

  it('a PIN of a variable and of a callback keeps its line ends', async () => {
    expect(await pinOf([{ env: 'PIN' }], { PIN: '12\n' })).toBe('12\n');
    expect(await pinOf([async () => '12\n'])).toBe('12\n');
  });

  it('a file that others may read gives its PIN with a warning', async () => {
    const world = createWorld();
    world.writePin('1234', 0o640);
    expect(await pinOf([{ file: world.file }], {}, world)).toBe('1234');
    expect(world.warnings).toEqual(['other users may read the PIN file: chmod 600']);
  });

  it('a relative path, a link, a folder, a file over 4 KiB, and none at all are refused', async () => {
    const world = createWorld();
    world.writePin('1234');
    const link = join(world.folder, 'link');
    symlinkSync(world.file, link);
    mkdirSync(join(world.folder, 'dir'));
    const of = (file: string) => pinOf([{ file }], {}, world);
    await expect(of('pin')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(of(link)).rejects.toThrow(/links are not followed/);
    await expect(of(join(world.folder, 'dir'))).rejects.toThrow(/no regular file/);
    await expect(of(join(world.folder, 'none'))).rejects.toMatchObject({ code: 'ERR_STORE' });
    world.writePin('1'.repeat(4097));
    await expect(of(world.file)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    world.writePin('1'.repeat(4096));
    expect(await of(world.file)).toHaveLength(4096);
  });

  it('what no PIN can be never reaches an attempt', async () => {
    const world = createWorld();
    const values: unknown[] = ['', '12\u000034', new Uint8Array([0xff, 0xfe]), 1234, null, '1'.repeat(5000)];
    for (const value of values) {
      const provider = world.provider({ sources: [async () => value as string] });
      const attempt = () => Promise.reject(new Error('was tried'));
      await expect(provider.withPin(request, attempt), String(value)).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    }
    world.writePin('\n');
    await expect(pinOf([{ file: world.file }], {}, world)).rejects.toThrow(/is empty/);
  });

  it('a source that is none, and two of one kind, are refused when the provider is made', () => {
    const { provider } = createWorld();
    const wrong: unknown[] = [{}, { file: '/a', env: 'B' }, { file: 1 }, { env: '' }, 1234, null, { file: '/a', value: '1' }];
    for (const source of wrong)
      expect(() => provider({ sources: [source as PinSource] }), JSON.stringify(source)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    expect(() => provider({ sources: ['1', '2'] })).toThrow(/two sources of the same kind/);
    expect(() => provider({ source: '1' } as never)).toThrow(/unknown option 'source'/);
  });

  it('the source is asked anew for each login, unless a PIN that was right is to be kept', async () => {
    for (const [cachePinForRelogin, asks] of [
      [false, 3],
      [true, 1],
    ] as const) {
      let asked = 0;
      const provider = createWorld().provider({ cachePinForRelogin, sources: [async () => (++asked > 0 ? 'right' : undefined)] });
      const { login } = fakeToken('right');
      for (let i = 0; i < 3; i++) await provider.withPin(request, login);
      expect(asked).toBe(asks);
    }
  });

  it('a kept PIN is forgotten once it is wrong', async () => {
    const pins = ['old', 'new'];
    const provider = createWorld().provider({ cachePinForRelogin: true, sources: [async () => pins.shift()] });
    await provider.withPin(request, fakeToken('old').login);
    const changed = fakeToken('new');
    await expect(provider.withPin(request, changed.login)).rejects.toMatchObject({ details: { upstreamCode: 0xa0 } });
    await provider.forgetFailure(token);
    await provider.withPin(request, changed.login);
    expect(changed.tried).toEqual(['old', 'new']);
  });

  it('an aborted call asks nobody', async () => {
    const provider = createWorld().provider({ sources: [async () => expect.fail('was asked')] });
    const signal = AbortSignal.abort(new Error('no longer'));
    await expect(provider.withPin(request, async () => {}, { signal })).rejects.toThrow('no longer');
  });
});
