import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { base64Text, type JsonObject } from '@securosys/core';
import { createSentinel, expectNoSecret } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenDirectory, softhsmModule, softhsmNeeded, type TokenDirectory } from '../../pkcs11/test/softhsm.js';
import { connectPkcs11 } from '../src/backends/connect-pkcs11.js';
import { findPkcs11js } from '../src/backends/find-pkcs11js.js';
import { settingsOf } from '../src/notation/settings.js';
import { jws, payloadOf, payloadType, target } from './helpers.js';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-pkcs11-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const opening = { env: {}, app: 'test', stateFolder: '/nowhere' };
const minimal = { backend: 'pkcs11', module: '/usr/lib/hsm.so', tokenLabel: 'release' };
const pkcs11Of = async (change: JsonObject, env: Record<string, string> = {}) => {
  const settings = await settingsOf({ ...minimal, ...change }, env);
  return settings.pkcs11();
};

describe('the configuration of a token', () => {
  it('says where the PIN is, in a file or a variable, and never what it is', async () => {
    expect(await pkcs11Of({ pinFile: '/etc/pin' })).toMatchObject({ module: '/usr/lib/hsm.so', pin: { file: '/etc/pin' } });
    expect(await pkcs11Of({ pinEnv: 'PIN' }, { PIN: '1234' })).toMatchObject({ pin: { env: 'PIN' } });
    expect(await pkcs11Of({})).not.toHaveProperty('pin');
    for (const name of ['pin', 'restApi', 'token']) await expect(pkcs11Of({ [name]: 'x' })).rejects.toThrow(/unknown option/);
  });

  it('is refused when it names no token or two, two PINs, a variable that is empty, or a relative path (S28)', async () => {
    const wrong: JsonObject[] = [
      { tokenLabel: '' },
      { uri: 'pkcs11:token=release' },
      { pinFile: '/etc/pin', pinEnv: 'PIN' },
      { pinEnv: 'ABSENT' },
      { module: 'hsm.so' },
      { module: '' },
      { pinFile: 'pin' },
      { pkcs11js: 'node_modules/pkcs11js' },
      { allowFinalTry: 'yes' },
    ];
    for (const change of wrong)
      await expect(pkcs11Of(change), JSON.stringify(change)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('a member of a token has no place in the configuration of a TSB', async () => {
    await expect(settingsOf({ restApi: 'https://tsb.example', pinFile: '/etc/pin' }, {})).rejects.toThrow(
      /unknown option 'pinFile'/,
    );
  });

  it('a URI with a PIN, and a password of a key, are refused before anything is loaded', async () => {
    const pin = createSentinel('pin');
    for (const uri of [
      `pkcs11:token=t?pin-value=${pin}`,
      `pkcs11:token=t;pin-value=${pin}`,
      'pkcs11:token=t?pin-source=file:/p',
    ]) {
      const settings = await pkcs11Of({ tokenLabel: '', uri });
      await expectNoSecret({ pin }, () => connectPkcs11(settings, opening).catch((error: unknown) => ({ error })));
      await expect(connectPkcs11(settings, opening)).rejects.toThrow(/says something about a PIN/);
    }
    const keyPassword = async () => 'x';
    await expect(connectPkcs11(await pkcs11Of({}), { ...opening, keyPassword })).rejects.toThrow(/no password of their own/);
  });
});

describe('pkcs11js', () => {
  it('is looked for beside the program and where its package is installed, and nowhere else (S28)', async () => {
    const folder = newFolder();
    const modules = join(folder, 'node_modules');
    const program = join(modules, '@securosys', 'cli', 'dist');
    const put = (path: string) => {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'package.json'), '{}');
      return path;
    };
    mkdirSync(program, { recursive: true });
    const missing = { code: 'ERR_CAPABILITY_MISSING', message: expect.stringContaining('npm install --prefix') };
    await expect(findPkcs11js(undefined, program)).rejects.toMatchObject(missing);
    const installed = put(join(modules, 'pkcs11js'));
    expect(await findPkcs11js(undefined, program)).toBe(installed);
    // A plugin folder is no package: what lies above it is somebody else's.
    const plugins = join(folder, 'plugins', 'x', 'securosys');
    mkdirSync(plugins, { recursive: true });
    put(join(folder, 'pkcs11js'));
    put(join(folder, 'plugins', 'node_modules', 'pkcs11js'));
    await expect(findPkcs11js(undefined, plugins)).rejects.toMatchObject(missing);
    const beside = put(join(plugins, 'node_modules', 'pkcs11js'));
    expect(await findPkcs11js(undefined, plugins)).toBe(beside);
    expect(await findPkcs11js('/elsewhere', program)).toBe('/elsewhere');
  });
});

const program = join(import.meta.dirname, '..', 'dist', 'notation-securosys');
const addon = join(import.meta.dirname, '..', '..', '..', 'node_modules', 'pkcs11js');
const possible = softhsmModule !== undefined && existsSync(join(addon, 'build'));

describe.skipIf(!possible)(`the executable with a token of SoftHSM2 ${softhsmNeeded}`, () => {
  let tokens: TokenDirectory;
  let folder: string;
  const pinFile = () => join(folder, 'pin');
  beforeAll(() => {
    if (!existsSync(program)) execFileSync(process.execPath, ['build/executables.mjs'], { cwd: join(dirname(program), '..') });
    tokens = createTokenDirectory([{ label: 'release', pin: 'right-pin' }]);
    folder = newFolder();
    mkdirSync(join(folder, 'securosys'), { mode: 0o700 });
    const config = { ...minimal, module: softhsmModule, pinFile: pinFile(), pkcs11js: addon };
    writeFileSync(join(folder, 'securosys', 'config.json'), JSON.stringify(config), { mode: 0o600 });
    writeFileSync(pinFile(), 'right-pin\n', { mode: 0o600 });
  });
  afterAll(() => tokens.remove());

  const run = (args: readonly string[], input: object = {}, more: Record<string, string> = {}) => {
    const env = { PATH: process.env.PATH, NOTATION_CONFIG: folder, SOFTHSM2_CONF: tokens.configuration, ...more };
    try {
      const stdout = execFileSync(process.execPath, [program, ...args], {
        env,
        input: JSON.stringify(input),
        encoding: 'utf8',
        cwd: tmpdir(),
        stdio: 'pipe',
      });
      return { status: 0, stdout, stderr: '' };
    } catch (error) {
      return error as { status: number; stdout: string; stderr: string };
    }
  };

  it('makes a key and a certificate on the token, and signs envelopes with both', () => {
    expect(run(['create-key', '--name', 'release', '--type', 'EC-256', '--no-policy'])).toMatchObject({ status: 0 });
    const subject = ['--subject', 'CN=release,O=Acme,ST=Zurich,C=CH'];
    expect(run(['generate-selfsign-crt', '--key', 'release', ...subject]).stdout).toContain('BEGIN CERTIFICATE');
    expect(existsSync(join(folder, 'securosys', 'chains'))).toBe(false);
    const request = { contractVersion: '1.0', keyId: 'release', payloadType, signatureEnvelopeType: jws };
    const signed = run(['generate-envelope'], { ...request, payload: base64Text(payloadOf(target)) });
    expect(JSON.parse(signed.stdout)).toMatchObject({ signatureEnvelopeType: jws });
    expect(run(['check-connection']).stdout).toMatch(/^connected to pkcs11:token=release;serial=\w+\n(.*\n)*keys {5}1\n$/);
  });

  it('a key that is not there ends with a word about it', () => {
    expect(run(['describe-key', '--key', 'none'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('ERR_KEY_NOT_FOUND'),
    });
  });

  it('three starts with a wrong PIN are one login (S41)', () => {
    writeFileSync(pinFile(), 'wrong-pin\n');
    const said = [1, 2, 3].map(() => run(['describe-key', '--key', 'release']).stderr);
    expect(said[0]).toContain('CKR_PIN_INCORRECT (0xa0)');
    for (const text of said.slice(1)) expect(text).toContain("token 'release' was not asked");
    writeFileSync(pinFile(), 'right-pin\n');
    expect(run(['describe-key', '--key', 'release'])).toMatchObject({ status: 0 });
  });

  it('a PIN in a variable that was put right is tried again after forget-pin-failure, and not before (S41)', () => {
    const path = join(folder, 'by-variable.json');
    const config = { ...minimal, module: softhsmModule, pinEnv: 'HSM_PIN', pkcs11js: addon };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    const withPin = (pin: string, ...args: string[]) => run([...args, '--config', path], {}, { HSM_PIN: pin });
    const describeKey = ['describe-key', '--key', 'release'];
    expect(withPin('wrong-pin', ...describeKey).stderr).toContain('CKR_PIN_INCORRECT');
    const refused = withPin('right-pin', ...describeKey);
    expect(refused.stderr).toMatch(
      /the PIN of the variable HSM_PIN failed before.*\n {2}once it is right: notation-securosys forget-pin-failure/,
    );
    expect(withPin('right-pin', 'forget-pin-failure').stdout).toMatch(
      /^the next PIN for pkcs11:token=release;serial=\w+ will be tried\n$/,
    );
    expect(withPin('right-pin', ...describeKey)).toMatchObject({ status: 0 });
  });
});
