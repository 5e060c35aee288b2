import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate, pemBytes } from '@securosys/pki';
import { afterAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { version } from '../src/notation/version.js';
import { createWorld, people, removeWorlds, type World } from './helpers.js';

afterAll(removeWorlds);

const subject = 'CN=release,O=Acme,ST=Zurich,C=CH';
const json = (run: { readonly stdout: string }) => JSON.parse(run.stdout);
const trustStore = ({ folder }: World) => join(folder, 'truststore');
const policyFile = (world: World): string => {
  const { spki } = world.tsb.approver('Ada');
  const key = Buffer.from(spki).toString('base64');
  const group = { name: 'g', quorum: 1, approvals: [{ type: 'public_key', name: 'Ada', value: key }] };
  const rule = { tokens: [{ name: 't', timelock: 0, timeout: 3600, groups: [group] }] };
  const path = join(world.folder, 'policy.json');
  writeFileSync(
    path,
    JSON.stringify({ ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule, keyStatus: { blocked: false } }),
    { mode: 0o600 },
  );
  return path;
};

describe('the command line', () => {
  it('has the version of its package, and says so', async () => {
    expect(version).toBe(manifest.version);
    expect((await createWorld().command('--version')).stdout).toBe(`${version}\n`);
  });

  it.each([
    ['a command that does not exist', ['sign']],
    ['an option that does not exist', ['describe-key', '--kee', 'x']],
    ['an argument that belongs to no option', ['describe-key', 'x']],
  ])('%s ends with 2 and is not quoted', async (_, args) => {
    const run = await createWorld().command(...args);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('explains every command', async () => {
    const world = createWorld();
    const { stdout } = await world.command('--help');
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)]
      .map(([, name]) => name as string)
      .filter((name) => !name.startsWith('-'));
    expect(names).toContain('add-trust-anchor');
    for (const name of names) expect((await world.command(name, '--help')).stdout).toContain(`notation-securosys ${name}`);
  });
});

describe('keys', () => {
  it('are made by create-key only with a decision about their policy (S8)', async () => {
    const world = createWorld();
    const named = ['create-key', '--name', 'fresh', '--type', 'EC-384'];
    expect(await world.command(...named)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ERR_INVALID_ARGUMENT') });
    const both = await world.command(...named, '--no-policy', '--policy', policyFile(world));
    expect(both.exitCode).toBe(1);
    const made = await world.command(...named, '--policy', policyFile(world), '--json');
    expect(made.stderr).toBe('');
    expect(json(made)).toMatchObject({ keyId: 'fresh', keySpec: 'EC-384', needsApproval: true, usages: ['sign', 'verify'] });
    expect(await world.command(...named, '--no-policy')).toMatchObject({ stderr: expect.stringContaining('ERR_KEY_EXISTS') });
  });

  it('are described, and not made, by describe-key', async () => {
    const world = createWorld();
    expect(await world.command('describe-key', '--key', 'typo')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('ERR_KEY_NOT_FOUND'),
    });
    await world.tsb.addKey({ label: 'there', spec: 'ec-p256' });
    expect(json(await world.command('describe-key', '--key', 'there', '--json'))).toMatchObject({ keySpec: 'EC-256' });
  });
});

describe('certificates', () => {
  it('generate-selfsign-crt makes one that signs at once, and makes nothing trusted (S29)', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'own', spec: 'ec-p256' });
    const run = await world.command('generate-selfsign-crt', '--key', 'own', '--subject', subject, '--days', '30');
    const [der] = pemBytes(run.stdout, 'CERTIFICATE');
    const certificate = parseCertificate(der as Uint8Array);
    expect(certificate.notAfter - certificate.notBefore).toBe(30 * 86_400_000);
    expect((await world.envelope('own')).exitCode).toBe(0);
    expect(existsSync(trustStore(world))).toBe(false);
  });

  it('takes the JSON of the closed plugin from stdin, and answers in its form', async () => {
    const request = {
      keyId: 'own',
      pluginConfig: {},
      certificate: { validity: 365, attributes: { commonName: 'a, b', organizationName: 'Acme', country: 'CH' } },
    };
    const world = createWorld(JSON.stringify(request));
    await world.tsb.addKey({ label: 'own', spec: 'ec-p256' });
    const made = json(await world.command('generate-selfsign-crt'));
    const certificate = parseCertificate(pemBytes(made.certificate, 'CERTIFICATE')[0] as Uint8Array);
    expect(made.label).toBe('own');
    expect(certificate.subjectText).toContain('CN=a\\, b');
    expect((await world.command('generate-csr')).stdout).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
  });

  it('of a key that people approve wait for them, and a second run continues the same request', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'own', spec: 'ec-p256', approvers: people });
    const args = ['generate-selfsign-crt', '--key', 'own', '--subject', subject, '--timeout', '0'];
    const first = await world.command(...args);
    const [request] = world.tsb.requests;
    expect(first).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(String(request?.id)) });
    world.clock.advance(60_000);
    for (const name of ['Ada', 'Ben']) await world.tsb.approve(String(request?.id), name);
    expect((await world.command(...args)).stdout).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('import-certificate orders a chain, and refuses certificates of another key or without their root', async () => {
    const world = createWorld();
    const chain = await world.addKey('release');
    const other = await world.tsb.addKey({ label: 'other', spec: 'ec-p256' });
    expect(chain).toHaveLength(2);
    const wrong = await world.command(
      'import-certificate',
      '--key',
      other.label,
      '--certificate',
      join(world.folder, 'release.pem'),
    );
    expect(wrong.stderr).toContain('ERR_CHAIN_INVALID');
    const leafOnly = join(world.folder, 'leaf.der');
    writeFileSync(leafOnly, chain[0] as Uint8Array);
    const rootless = await world.command('import-certificate', '--key', 'release', '--certificate', leafOnly);
    expect(rootless.stderr).toContain('ERR_CHAIN_INVALID');
  });

  it('add-trust-anchor trusts only what its caller knows the fingerprint of, and never a second time', async () => {
    const world = createWorld();
    const [, root] = await world.addKey('release');
    const { thumbprint } = parseCertificate(root as Uint8Array);
    const file = join(world.folder, 'root.der');
    writeFileSync(file, root as Uint8Array);
    const add = (fingerprint: string, ...more: string[]) =>
      world.command('add-trust-anchor', '--certificate', file, '--fingerprint', fingerprint, ...more);
    expect((await add('00'.repeat(32))).exitCode).toBe(1);
    expect((await add(thumbprint, '--store', 'ca:../x')).exitCode).toBe(1);
    expect(existsSync(trustStore(world))).toBe(false);
    expect((await add(thumbprint.toUpperCase())).exitCode).toBe(0);
    const path = join(trustStore(world), 'x509', 'ca', 'securosysTrustStore', `${thumbprint}.pem`);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect((await add(thumbprint)).stderr).toContain('ERR_CONFLICT');
  });
});

describe('install', () => {
  it('puts the program where Notation looks for it, whole and executable, and replaces nothing by itself', async () => {
    const world = createWorld();
    mkdirSync(join(world.folder, 'bin'));
    const program = join(world.folder, 'bin', 'notation-securosys');
    writeFileSync(program, '#!/usr/bin/env node\n');
    const path = join(world.folder, 'plugins', 'securosys', 'notation-securosys');
    expect(await world.command('install')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(path, 'utf8')).toBe('#!/usr/bin/env node\n');
    expect(lstatSync(path).mode & 0o777).toBe(0o755);
    expect((await world.command('install')).stderr).toContain('ERR_CONFLICT');
    expect((await world.command('install', '--replace')).exitCode).toBe(0);
    expect(existsSync(trustStore(world))).toBe(false);
  });
});

describe('the configuration', () => {
  const run = (world: World) => world.command('check-connection');

  it('reaches the backend', async () => {
    expect(await run(createWorld())).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('connected to tsb:') });
  });

  it.each([
    ['a misspelt name', { alowEmulated: true }],
    ['a login that does not exist', { authType: 'PASSWORD' }],
    ['secrets of an approver beside those of the requester (S43)', { apiKeys: { ApproverToken: ['x'] } }],
    ['two tokens', { tokenFile: '/x' }],
    ['a backend that nobody provides', { backend: 'abacus' }],
    ['a key pair whose halves do not belong together', { applicationKeyPair: { privateKey: 'AAAA' } }],
  ])('with %s is refused', async (_, change) => {
    const world = createWorld();
    world.writeConfig(change);
    expect(await run(world)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ERR_INVALID_ARGUMENT') });
  });

  it.skipIf(process.platform === 'win32')('with secrets that others may read, or a link in its place, is refused', async () => {
    const world = createWorld();
    const path = join(world.folder, 'securosys', 'config.json');
    chmodSync(path, 0o644);
    expect((await run(world)).stderr).toContain('ERR_STORE');
    const link = join(world.folder, 'link.json');
    symlinkSync(path, link);
    expect((await world.command('check-connection', '--config', link)).stderr).toContain('ERR_STORE');
  });

  it('is never looked for in the working directory (S28)', async () => {
    const world = createWorld();
    expect((await world.command('check-connection', '--config', 'config.json')).stderr).toContain('ERR_INVALID_ARGUMENT');
  });

  it('takes its token from a file of its own', async () => {
    const world = createWorld();
    const tokenFile = join(world.folder, 'token');
    writeFileSync(tokenFile, `${world.tsb.token}\n`, { mode: 0o600 });
    world.writeConfig({ token: undefined, tokenFile });
    expect((await run(world)).exitCode).toBe(0);
    chmodSync(tokenFile, 0o644);
    expect((await run(world)).stderr).toContain('ERR_STORE');
  });
});
