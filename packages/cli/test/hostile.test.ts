import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64Bytes, base64Text, utf8Bytes } from '@securosys/core';
import { openEnvelope } from '@securosys/notation-envelope';
import { type Certificate, parseCertificates, pemText } from '@securosys/pki';
import { afterAll, describe, expect, it } from 'vitest';
import type { BackendFactory } from '../src/backends/backends.js';
import { runCommand } from '../src/notation/run-command.js';
import { approveAll, createWorld, jws, meanwhile, people, removeWorlds, target, type World } from './helpers.js';

afterAll(removeWorlds);

const subject = 'CN=release,O=Acme,ST=Zurich,C=CH';
const now = { pluginConfig: { timeout: '0s' } };
/** What a terminal obeys: C0 but the line feed, C1, and what turns the direction of text. */
const obeyed = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const evil = 'a\u001b]0;owned\u0007\u009b2J\u202eb';

/** A command of a world whose TSB says something else of itself. */
async function withStatistics(keyStoreStatistics: string, ...args: string[]) {
  const world = createWorld();
  const { tsb } = world.backends as { tsb: BackendFactory };
  const lying: BackendFactory = async (settings, options) => {
    const backend = (await tsb(settings, options)) as Awaited<ReturnType<BackendFactory>> & {
      client: { service: { statistics(): Promise<object> } };
    };
    const { statistics } = backend.client.service;
    backend.client.service.statistics = async () => ({ ...(await statistics()), keyStoreStatistics });
    return backend;
  };
  return runCommand(args, {
    env: world.env,
    programFile: join(world.folder, 'bin', 'x'),
    clock: world.clock,
    backends: { tsb: lying },
    stdin: async () => new Uint8Array(),
    tell: () => undefined,
  });
}

describe('text of other people on the terminal (S11)', () => {
  it.each([[], ['--json']])('of a TSB about itself is shown without anything that a terminal obeys %s', async (...more) => {
    const { stdout, exitCode } = await withStatistics(`line one\nline ${evil}`, 'check-connection', ...more);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/line one/);
    expect(stdout).not.toMatch(obeyed);
  });

  it('of a status file that somebody else wrote is shown so too, as JSON as well', async () => {
    const world = createWorld();
    const folder = join(world.folder, 'securosys', 'status');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ requestId: evil, status: evil, approvals: { approvedBy: [evil] } }), {
      mode: 0o600,
    });
    for (const more of [[], ['--json']]) expect((await world.command('status', ...more)).stdout).not.toMatch(obeyed);
  });

  it('of a command that does not exist is shown so too', async () => {
    expect((await createWorld().command(evil)).stderr).not.toMatch(obeyed);
  });
});

describe('what people have approved', () => {
  const approved = async (): Promise<World> => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'own', spec: 'ec-p256', approvers: people });
    meanwhile(world, (id) => approveAll(world, id));
    return world;
  };

  it('is not lost because the file for it is there already', async () => {
    const world = await approved();
    const out = join(world.folder, 'own.csr');
    writeFileSync(out, '');
    const args = ['generate-csr', '--key', 'own', '--subject', subject];
    expect((await world.command(...args, '--out', out)).stderr).toContain('ERR_CONFLICT');
    expect((await world.command(...args, '--out', join(world.folder, 'other.csr'))).exitCode).toBe(0);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('is not lost because the certificate cannot be stored', async () => {
    const world = await approved();
    const args = ['generate-selfsign-crt', '--key', 'own', '--subject', subject];
    const chains = join(world.folder, 'securosys', 'chains');
    symlinkSync(join(world.folder, 'nowhere'), chains);
    expect((await world.command(...args)).stderr).toContain('ERR_STORE');
    expect(existsSync(join(world.folder, 'nowhere'))).toBe(false);
    rmSync(chains);
    expect((await world.command(...args)).exitCode).toBe(0);
    expect(world.tsb.requests).toHaveLength(1);
  });

  /** A new certificate for a key that has one, as its owner would store it after the old one was revoked. */
  const replaceCertificate = async (world: World): Promise<Uint8Array> => {
    const [old] = parseCertificates(readFileSync(join(world.folder, 'release.pem')));
    const ca = world.tsb.certificateAuthority;
    const leaf = await ca.issue({ spki: (old as Certificate).spki, subject });
    const file = join(world.folder, 'fresh.pem');
    writeFileSync(file, [leaf, await ca.root()].map((der) => pemText(der, 'CERTIFICATE')).join(''));
    expect((await world.command('import-certificate', '--key', 'release', '--certificate', file)).exitCode).toBe(0);
    return leaf;
  };

  it('is never put into an envelope with certificates that were replaced meanwhile', async () => {
    const world = createWorld();
    await world.addKey('release', 'ec-p256', { approvers: people });
    await world.envelope('release', now);
    for (const { id } of world.tsb.requests) await approveAll(world, id);
    const leaf = await replaceCertificate(world);
    const { answer, stderr } = await world.envelope('release', now);
    expect(stderr).toBe('');
    const { chain } = openEnvelope(base64Bytes(String(answer.signatureEnvelope)), jws);
    expect(chain[0].der).toEqual(leaf);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('is given up, once and with a word about it, when the new certificates begin after the signing time', async () => {
    const world = createWorld();
    await world.addKey('release', 'ec-p256', { approvers: people });
    await world.envelope('release', now);
    world.clock.advance(3_600_000);
    await replaceCertificate(world);
    const { error } = await world.envelope('release', now);
    expect(error).toMatchObject({ errorCode: 'ERROR', errorMetadata: { code: 'ERR_REQUEST_STALE' } });
    expect((await world.envelope('release', now)).error.errorCode).toBe('TIMEOUT');
    expect(world.tsb.requests).toHaveLength(2);
  });
});

describe('requests with something strange in them', () => {
  it.each([
    ['other members', { targetArtifact: target, extra: 1 }],
    ['a digest of another form', { targetArtifact: { ...target, digest: `sha256:${'AB'.repeat(32)}` } }],
  ])('a payload with %s is refused', async (_, payload) => {
    const world = createWorld();
    await world.addKey('release');
    const { error } = await world.envelope('release', { payload: base64Text(utf8Bytes(JSON.stringify(payload))) });
    expect(error.errorCode).toBe('VALIDATION_ERROR');
  });

  it.each(['../release', 'a/../../b', 'release\n', '%2e%2e%2f', '\u202erelease', 'r'.repeat(1_024)])(
    'a key called %j is not found, and nothing is written',
    async (keyId) => {
      const world = createWorld();
      const { error } = await world.envelope(keyId, now);
      expect(error.errorCode).toBe('VALIDATION_ERROR');
      expect(error.errorMessage).not.toMatch(obeyed);
      expect(readdirSync(join(world.folder, 'securosys'))).toEqual(['config.json']);
    },
  );

  it('the longest time that can be written is waited for, not refused', async () => {
    const world = createWorld();
    await world.addKey('release', 'ec-p256', { approvers: people });
    meanwhile(world, (id) => approveAll(world, id));
    expect(await world.envelope('release', { pluginConfig: { timeout: '999999d' } })).toMatchObject({ exitCode: 0 });
  });
});
