import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { SignError } from '@securosys/core';
import { afterAll, describe, expect, it } from 'vitest';
import { addonPath } from '../src/addon-path.js';
import { type OpenPkcs11Options, openPkcs11 } from '../src/index.js';
import { modulePath } from '../src/module-path.js';
import { openPkcs11OptionNames } from '../src/options.js';
import { parsePkcs11Uri } from '../src/uri/parse.js';
import { pinOfUri } from '../src/uri-pin.js';
import { addonPath as installed } from './native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens, twins } from './softhsm.js';

const folder = mkdtempSync(join(tmpdir(), 'open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const noLibrary = join(folder, 'no-library.so');
writeFileSync(noLibrary, 'text');
const link = join(folder, 'link.so');
symlinkSync(noLibrary, link);
/** A library that is none of PKCS#11. */
const otherLibrary = ['/lib/x86_64-linux-gnu/libm.so.6', '/lib/aarch64-linux-gnu/libm.so.6', '/lib64/libm.so.6'].find(existsSync);

const refusal = (options: OpenPkcs11Options) =>
  openPkcs11(options).then(
    () => undefined,
    (error: unknown) => (SignError.is(error) ? error : expect.fail(`no SignError: ${error}`)),
  );

describe('options of openPkcs11', () => {
  it.each<readonly [string, object]>([
    ['unknown', { modul: '/x' }],
    ['no module', {}],
    ['a module that is no text', { module: 7 }],
    ['an empty label', { module: noLibrary, tokenLabel: '' }],
    ['a relative module', { module: 'libsofthsm2.so' }],
    ['a module that is not there', { module: join(folder, 'absent.so') }],
    ['a folder for a module', { module: folder }],
    ['65 lanes', { module: noLibrary, lanes: 65 }],
    ['no lanes', { module: noLibrary, lanes: 0 }],
    ['half a queue', { module: noLibrary, maxQueue: 0.5 }],
    ['a text for a flag', { module: noLibrary, readOnly: 'yes' }],
    ['a URI that is none', { module: noLibrary, uri: 'softhsm' }],
    ['two names of the token', { module: noLibrary, uri: 'pkcs11:token=a', tokenLabel: 'b' }],
    ['a certificate for the key', { module: noLibrary, uri: 'pkcs11:token=a;object=c;type=cert' }],
    ['two PINs of one kind', { module: noLibrary, uri: 'pkcs11:token=a?pin-value=1', pin: '2' }],
    ['a relative path of pkcs11js', { module: noLibrary, pkcs11js: 'node_modules/pkcs11js' }],
    ['NaN lanes', { module: noLibrary, lanes: Number.NaN }],
    ['a deadline of Infinity', { module: noLibrary, operationTimeoutMs: Number.POSITIVE_INFINITY }],
    ['a Map of options', new Map([['module', noLibrary]])],
    ['a relative folder for failures of PINs', { module: noLibrary, pinStateFolder: 'pins' }],
    ['a folder that is no text', { module: noLibrary, pinStateFolder: 7 }],
    ['an environment that is none', { module: noLibrary, env: 'PIN=1234' }],
    ['a clock that is none', { module: noLibrary, clock: {} }],
    ['a logger that is none', { module: noLibrary, logger: { warn: true } }],
    ['a signal that is none', { module: noLibrary, signal: new AbortController() }],
    ['jitter that is no function', { module: noLibrary, random: 0.5 }],
    ['a PIN that is a number', { module: noLibrary, pin: 1234 }],
    ['a PIN that is executed', { module: noLibrary, uri: 'pkcs11:token=a?pin-source=%7Cpinentry' }],
  ])('%s: refused before anything is loaded', async (_, options) => {
    const error = await refusal(options as OpenPkcs11Options);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(error?.message).not.toContain('is not a PKCS#11 library');
  });

  it('are all known by name', () => {
    expect(new Set(openPkcs11OptionNames).size).toBe(openPkcs11OptionNames.length);
    expect(openPkcs11OptionNames).toEqual(expect.arrayContaining(['module', 'uri', 'pin', 'lanes', 'logger']));
  });
});

describe('the library', () => {
  const uri = parsePkcs11Uri(`pkcs11:token=a?module-path=${noLibrary}`);

  it('is the file behind all links', async () => {
    expect(await modulePath({ module: link }, undefined)).toBe(noLibrary);
  });

  it('that a URI names is loaded only where a list allows it, links followed on both sides', async () => {
    const open = (allowModulePathFromUri?: readonly string[]) =>
      modulePath({ ...(allowModulePathFromUri && { allowModulePathFromUri }) }, uri);
    for (const list of [undefined, [], [join(folder, 'absent.so')], ['no-library.so']])
      await expect(open(list)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(await open([link])).toBe(noLibrary);
  });

  it('that is given wins over that of the URI', async () => {
    expect(await modulePath({ module: link }, parsePkcs11Uri('pkcs11:?module-path=/absent.so'))).toBe(noLibrary);
  });

  it.skipIf(!installed)('that is none is an error that names it and says why', async () => {
    for (const module of [noLibrary, ...(otherLibrary ? [otherLibrary] : [])]) {
      const error = await refusal({ module });
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
      expect(error?.message).toContain('is not a PKCS#11 library');
    }
  });
});

describe('pkcs11js', () => {
  it('that is not installed is an error with the command that installs it', () => {
    try {
      addonPath(join(folder, 'pkcs11js'));
      expect.fail('should throw');
    } catch (error) {
      expect(SignError.is(error, 'ERR_CAPABILITY_MISSING') && error.message).toMatch(/npm install pkcs11js/);
    }
  });

  it('that was not compiled is an error with the command that compiles it', async () => {
    const pkcs11js = join(folder, 'not-built.cjs');
    writeFileSync(pkcs11js, `throw new Error("Cannot find module './build/Release/pkcs11.node'");`);
    // Of its own: a library that is loaded already is not loaded again with another addon.
    const module = join(folder, 'other.so');
    writeFileSync(module, 'text');
    const error = await refusal({ module, pkcs11js });
    expect(error).toMatchObject({ code: 'ERR_CAPABILITY_MISSING' });
    expect(error?.message).toMatch(/npm rebuild pkcs11js/);
  });

  it.skipIf(!installed)('that is the wrong one once is not asked for again: another path is another attempt', async () => {
    const pkcs11js = join(folder, 'wrong-addon.cjs');
    writeFileSync(pkcs11js, 'throw new Error("built for another Node");');
    const module = join(folder, 'tried-twice.so');
    writeFileSync(module, 'text');
    expect(await refusal({ module, pkcs11js })).toMatchObject({ code: 'ERR_CAPABILITY_MISSING' });
    // It gets as far as the library now, which is none.
    expect((await refusal({ module }))?.message).toContain('is not a PKCS#11 library');
  });
});

describe('a PIN in a URI', () => {
  it.each([
    ['file:/etc/pin', '/etc/pin'],
    ['file:///etc/pin%20file', '/etc/pin file'],
    ['/etc/pin', '/etc/pin'],
  ])('is in the file %s', (source, file) => {
    expect(pinOfUri(parsePkcs11Uri(`pkcs11:?pin-source=${source.replace('%', '%25')}`))).toEqual([{ file }]);
  });

  it('that stands in the path is taken, and the logger is told without it', () => {
    const said: unknown[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (...all: unknown[]) => void said.push(all) };
    expect(pinOfUri(parsePkcs11Uri('pkcs11:token=a;pin-value=in-the-path'), logger)).toEqual(['in-the-path']);
    expect(said.length).toBe(1);
    expect(inspect(said)).not.toContain('in-the-path');
  });
});

describe.skipIf(!softhsmModule)(`a token of SoftHSM2${softhsmNeeded}`, () => {
  const { label, pin } = tokens.second;
  const quiet = { pinStateFolder: false } as const;

  it('that is not there, or there twice, is an error that lists those that are', async () => {
    const module = softhsm();
    const absent = await refusal({ module, tokenLabel: 'absent' });
    expect(absent).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(absent?.message).toContain(`'${label}'`);
    const twice = await refusal({ module, uri: `pkcs11:token=${twins.label}` });
    expect(twice).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(twice?.details.tokens).toHaveLength(2);
  });

  it('has an id that is a URI, the same however it was named, and names the key of its URI', async () => {
    const one = await openPkcs11({ module: softhsm(), tokenLabel: label, pin, ...quiet });
    const { serial } = one.token;
    const other = await openPkcs11({ module: softhsm(), uri: `pkcs11:serial=${serial};object=release`, pin, ...quiet });
    expect(one.id).toBe(`pkcs11:token=${label};serial=${serial}`);
    expect(other.id).toBe(one.id);
    expect([one.key, other.key]).toEqual([undefined, { label: 'release' }]);
    for (const backend of [one, other]) {
      await backend.close();
      await backend.close();
    }
  });

  it('is opened without a PIN, which is asked for once when a key is first needed', async () => {
    let asked = 0;
    const callback = async () => {
      asked++;
      return pin;
    };
    const backend = await openPkcs11({ module: softhsm(), tokenLabel: label, pin: callback, ...quiet });
    expect(asked).toBe(0);
    const absent = () => backend.describeKey({ label: 'absent' }).catch((error: { code: string }) => error.code);
    expect(await Promise.all([absent(), absent()])).toEqual(['ERR_KEY_NOT_FOUND', 'ERR_KEY_NOT_FOUND']);
    expect(asked).toBe(1);
    await backend.close();
  });

  it('that nobody waits for any more is closed when it is open', async () => {
    const module = softhsm();
    const stop = new AbortController();
    const opening = openPkcs11({ module, tokenLabel: label, pin, ...quiet, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await expect(openPkcs11({ module, signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    const later = new AbortController();
    const backend = await openPkcs11({ module, tokenLabel: label, pin, ...quiet, signal: later.signal });
    later.abort();
    await expect(backend.describeKey({ label: 'absent' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    await backend.close();
  });

  it('shows neither its PIN nor that of its URI', async () => {
    const uri = `pkcs11:token=${label}?pin-value=${pin}`;
    const backend = await openPkcs11({ module: softhsm(), uri, ...quiet });
    await backend.describeKey({ label: 'absent' }).catch(() => undefined);
    expect(inspect(backend, { depth: 10, showHidden: true }) + JSON.stringify(backend) + backend.id).not.toContain(pin);
    await backend.close();
  });

  it('takes no call after it was closed', async () => {
    const backend = await openPkcs11({ module: softhsm(), tokenLabel: label, pin, ...quiet });
    await backend.close();
    const error = await backend.describeKey({ label: 'absent' }).catch((thrown: unknown) => thrown);
    expect(SignError.is(error)).toBe(true);
    expect(SignError.is(error, 'ERR_KEY_NOT_FOUND')).toBe(false);
  });
});
