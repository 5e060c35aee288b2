import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTsbClient, type TsbClientOptions } from '@securosys/tsb-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TsbEmulator } from '../../src/index.js';
import { run } from '../../src/serve/run.js';

let folder: string;
let emulator: TsbEmulator | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsb-serve-'));
});
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command line on a free port; what it printed, and the emulator if it started. */
async function program(...args: string[]): Promise<{ out: string; err: string }> {
  let out = '';
  let err = '';
  emulator = await run({
    args: args.includes('--port') ? args : ['--port', '0', ...args],
    environment: { TSB_EMULATOR_TOKEN: 'of-the-environment' },
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
    version: () => '1.2.3',
  });
  return { out, err };
}

const use = async (options: TsbClientOptions) => {
  const client = createTsbClient(options);
  try {
    return await client.keys.list();
  } finally {
    await client.close();
  }
};

describe('the command line', () => {
  it('explains every option that it takes', async () => {
    const { out } = await program('--help');
    expect(emulator).toBeUndefined();
    const source = readFileSync(new URL('../../src/serve/arguments.ts', import.meta.url), 'utf8');
    const names = [...source.matchAll(/^ {2}'?([a-z-]+)'?: \{ type/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(out).toContain(`--${name}`);
    expect(out).toContain('never for production');
  });

  it('prints a configuration with which a client gets in, and the warning apart from it', async () => {
    const { out, err } = await program('--print-config', 'json', '--token', 'a-token', '--api-keys');
    expect(err).toContain('EMULATED TSB');
    expect(err).not.toContain('a-token');
    expect(await use(JSON.parse(out))).toEqual([]);
    const { apiKeys: _, ...without } = JSON.parse(out);
    await expect(use(without)).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
  });

  it('writes TLS material to files, which the configuration names', async () => {
    const { out } = await program('--mtls', '--tls-files', folder, '--print-config', 'env');
    const env = Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2)),
    ) as Record<string, string>;
    expect(env).toMatchObject({ TSB_TOKEN: 'of-the-environment', TSB_CA: join(folder, 'ca.pem') });
    expect(statSync(env.TSB_CLIENT_KEY!).mode & 0o777).toBe(0o600);
    const [ca, cert, key] = [env.TSB_CA, env.TSB_CLIENT_CERTIFICATE, env.TSB_CLIENT_KEY].map((path) => readFileSync(path!));
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${env.TSB_TOKEN}` };
      request(`${env.TSB_URL}/v1/key`, { ca, cert, key, headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('writes TLS material over no file that a link leads to (S29), and into no folder that others use', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious', { mode: 0o644 });
    symlinkSync(victim, join(folder, 'client-key.pem'));
    await program('--mtls', '--tls-files', folder);
    await emulator?.close();
    expect([readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777]).toEqual(['precious', 0o644]);
    expect(readFileSync(join(folder, 'client-key.pem'), 'utf8')).toContain('PRIVATE KEY');
    expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'client-key.pem', 'client.pem', 'victim']);
    const link = join(folder, 'link');
    symlinkSync(folder, link);
    await expect(program('--tls', '--tls-files', link)).rejects.toMatchObject({ code: 'ERR_STORE' });
    chmodSync(folder, 0o750);
    await expect(program('--tls', '--tls-files', folder)).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('writes what clients trust the HSM by, for one partition and into a folder that nobody else uses', async () => {
    await program('--anchor-files', folder);
    const { tsb } = emulator!;
    const key = (name: string) => createPublicKey(readFileSync(join(folder, name))).export({ format: 'der', type: 'spki' });
    expect([...key('timestamp-key.pem')]).toEqual([...tsb.timestampKey]);
    expect([...key('attestation-key.pem')]).toEqual([...tsb.attestationKey]);
    const chain = (await tsb.attestationChain()).map((one) => new X509Certificate(one));
    const root = new X509Certificate(readFileSync(join(folder, 'attestation-root.pem')));
    expect(chain.at(-1)?.verify(root.publicKey)).toBe(true);
    expect(statSync(join(folder, 'timestamp-key.pem')).mode & 0o777).toBe(0o600);
    await emulator?.close();
    await expect(program('--anchor-files', folder, '--partition', 'a', '--partition', 'b')).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    chmodSync(folder, 0o755);
    await expect(program('--anchor-files', folder)).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('prints TypeScript, with files read where there are files', async () => {
    const { out } = await program('--tls', '--tls-files', folder);
    expect(out).toContain("import { createTsbClient } from '@securosys/tsb-client';");
    expect(out).toContain(`ca: readFileSync("${join(folder, 'ca.pem')}", 'utf8')`);
    expect(out).toMatch(/createTsbClient\(\{\n {2}url: "https:/);
  });

  it('prints one configuration for each partition', async () => {
    const { out } = await program('--partition', 'a', '--partition', 'b', '--print-config', 'json');
    const { a, b } = JSON.parse(out);
    await emulator?.tsb.addKey({ label: 'of a', privateKey: generateKeyPairSync('ed25519').privateKey });
    expect([await use(a), await use(b)]).toEqual([['of a'], []]);
  });

  it('takes a data folder, flags of the licence and signers of requests', async () => {
    const pem = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
    writeFileSync(join(folder, 'app.pem'), pem);
    const { err } = await program('--data', folder, '--client-flag', 'REST_API', '--request-signer', join(folder, 'app.pem'));
    expect(err).toContain('IN CLEAR');
  });

  it.each([
    [['--tokn', 'secret-1']],
    [['secret-1']],
    [['--port', 'secret-1']],
    [['--port', '65536']],
    [['--print-config', 'secret-1']],
    [['--tls', '--print-config', 'env']],
    [['--certificate', '/nowhere/at/all']],
    [['--request-signer', '/nowhere/at/all']],
    [['--client-flag', 'secret-1']],
    [['--partition', 'a', '--token', 'secret-1']],
  ])('refuses %j without repeating it', async (args) => {
    const error = await program(...args).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(String(error)).not.toContain('secret-1');
  });

  it.each([
    [['--tokn', 'x'], '--tokn'],
    [['--tokn=x'], '--tokn'],
    [['--token'], '--token'],
    [['--client-flag', 'XX'], '--client-flag[^]*REST_API, TSB_ENGINE, KEY_AUTH'],
    [['--certificate', 'x'], '--certificate and --private-key'],
    [['--partition', 'a', '--token', 'x'], '--partition[^]*--token'],
    [['--allow-host', 'a b'], '--allow-host takes'],
    [['--print-config', 'yaml'], '--print-config'],
  ])('refuses %j in words of the command line', async (args, words) => {
    await expect(program(...args)).rejects.toThrow(new RegExp(words));
  });

  it('looks at the whole command line before it makes anything', async () => {
    const data = join(folder, 'data');
    for (const more of [['yaml'], ['env', '--tls'], ['env', '--mtls']])
      await expect(program('--data', data, '--print-config', ...more)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses other machines and production, unless told at length (S35)', async () => {
    await expect(program('--host', '0.0.0.0')).rejects.toMatchObject({
      code: 'ERR_EMULATOR_REFUSED',
      message: expect.stringContaining('--i-know-this-is-an-emulator-and-allow-other-machines'),
    });
    await program('--host', '0.0.0.0', '--i-know-this-is-an-emulator-and-allow-other-machines', '--print-config', 'none');
    expect(emulator?.url).toContain('0.0.0.0');
  });
});

describe.runIf(process.env.SLOW)('the built program', () => {
  const built = new URL('../../dist/serve.js', import.meta.url).pathname;
  it('says its version, refuses nonsense with status 2, and ends cleanly on SIGTERM', async () => {
    const exec = promisify(execFile);
    expect((await exec(process.execPath, [built, '--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await expect(exec(process.execPath, [built, '--nonsense'])).rejects.toMatchObject({ code: 2 });
    const ended = new Promise((resolve) => {
      const child = execFile(process.execPath, [built, '--port', '0', '--data', folder]);
      child.stdout?.once('data', () => child.kill('SIGTERM'));
      child.once('exit', resolve);
    });
    expect(await ended).toBe(0);
  });
});
