import { createPublicKey, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashBytes, type JsonObject, sha256Hex } from '@securosys/core';
import { predicateTypes } from '@securosys/cosign';
import { createFakeTsb, createSentinel, createTestClock, expectNoSecret } from '@securosys/testing';
import { createTsbBackend } from '@securosys/tsb-client';
import { afterAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { preAuthEncoding } from '../../cosign/src/index.js';
import { ask, encoded, payload, pemOf, signatureOf, signing } from '../../cosign/test/kms/kms.js';
import { securosysKms } from '../src/cosign-kms/kms-plugin.js';
import { readResourceId } from '../src/cosign-kms/resource-id.js';
import { people } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'cosign-kms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const password = createSentinel('password');
let homes = 0;
/** A TSB, a home with a configuration, and the plugin between them. */
async function world(change: JsonObject = {}) {
  const clock = createTestClock('2026-03-01T00:00:00Z');
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256' });
  await tsb.addKey({ label: 'decided', spec: 'ec-p256', approvers: people });
  await tsb.addKey({ label: 'secret', spec: 'ec-p256', password });
  const home = join(folder, `home-${homes++}`);
  const own = join(home, 'securosys', 'cosign');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const writeConfig = (more: JsonObject = {}) => {
    const config = { restApi: tsb.url, token: tsb.token as string, allowEmulated: true, ...change, ...more };
    writeFileSync(join(own, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  };
  writeConfig();
  const calls: string[] = [];
  /** Awaited before each call that reaches the TSB. */
  const events = { beforeCall: async () => undefined as unknown };
  const told: string[] = [];
  const env: Record<string, string> = { XDG_CONFIG_HOME: home };
  const plugin = () => {
    const made = securosysKms({
      env,
      clock,
      backends: {
        tsb: async (settings, { keyPassword }) => {
          const { url, auth } = await settings.tsb();
          return createTsbBackend({
            url,
            auth,
            clock,
            random: () => 0.5,
            allowPasswordInRequest: true,
            fetch: async (...request) => {
              calls.push(new URL(String(request[0])).pathname);
              await events.beforeCall();
              return tsb.fetch(...request);
            },
            ...(keyPassword && { keyPassword }),
          });
        },
      },
    });
    return {
      ...made,
      onProgress: ({ title, requestId }: { title: string; requestId?: string }) => void told.push(`${requestId} ${title}`),
    };
  };
  /** One start of cosign's plugin; `--timeout` is 3 minutes. */
  const start = (method: Parameters<typeof ask>[1], keyResourceID: string, more: object = {}, stdin?: Uint8Array) => {
    const ctxDeadline = new Date(clock.now() + 180_000).toISOString();
    return ask(plugin(), method, { init: { keyResourceID, ctxDeadline }, ...more }, stdin);
  };
  const sign = (key: string, message = encoded) => start('signMessage', key, signing(hashBytes('sha256', message)), message);
  return { tsb, clock, own, env, spki, calls, events, told, start, sign, writeConfig };
}

const custom = (time: string) =>
  preAuthEncoding(
    'application/vnd.in-toto+json',
    Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v0.1',
        predicateType: predicateTypes.custom,
        subject: [{ name: 'x', digest: { sha256: 'ab'.repeat(32) } }],
        predicate: { Data: '', Timestamp: time },
      }),
    ),
  );

describe('a key that people have to approve', () => {
  it('has an answer before the deadline of cosign, and a second run with the same bytes continues the request', async () => {
    const { tsb, clock, sign, told, own } = await world();
    const before = clock.now();
    const { answer, exitCode } = await sign('decided', payload);
    const [request] = tsb.requests;
    expect(exitCode).toBe(1);
    expect(answer.errorMessage).toContain(`request ${request?.id}`);
    expect(answer.errorMessage).toMatch(/run the same cosign command once more/);
    expect(clock.now() - before).toBeLessThan(180_000 - 5_000);
    expect(told[0]).toMatch(new RegExp(`^${request?.id} cosign signature of image sha256:(ab)+`));
    expect(readdirSync(join(own, 'pending')).length).toBeGreaterThan(0);
    await tsb.approve(String(request?.id), 'Ada');
    await tsb.approve(String(request?.id), 'Cleo');
    const signed = await sign('decided', payload);
    expect(signed.exitCode).toBe(0);
    // cosign may have failed to push it: nobody is asked again, for a while.
    expect(await sign('decided', payload)).toEqual(signed);
    expect(tsb.requests).toHaveLength(1);
    clock.advance(3_600_000);
    expect((await sign('decided', payload)).answer.errorMessage).toContain('ERR_APPROVAL_PENDING');
    expect(tsb.requests).toHaveLength(2);
  });

  it('is asked about the whole message, and other bytes are another request (S2)', async () => {
    const { tsb, sign } = await world();
    await sign('decided', payload);
    await sign('decided', encoded);
    expect(tsb.requests).toHaveLength(2);
  });

  it('signs while cosign waits', async () => {
    const { tsb, sign, events } = await world();
    let looks = 0;
    events.beforeCall = async () => {
      const [waiting] = tsb.requests.filter(({ status }) => status === 'PENDING');
      if (waiting && looks++ === 2) for (const name of ['Ada', 'Ben'] as const) await tsb.approve(waiting.id, name);
    };
    expect((await sign('decided')).exitCode).toBe(0);
  });

  it('what holds the time of the run, as --type custom does, is withdrawn when people come too late', async () => {
    const { tsb, sign } = await world();
    const { answer } = await sign('decided', custom('2026-03-01T00:00:00Z'));
    expect(answer.errorMessage).toMatch(/withdrawn.*--type custom.*ERR_TIMEOUT/);
    expect(tsb.requests.map(({ status }) => status)).toEqual(['CANCELLED']);
  });
});

describe('the configuration', () => {
  it('lists the keys that are served, where it lists any; each may be pinned, and named otherwise than its backend does', async () => {
    const { start, sign, spki, calls, writeConfig } = await world();
    expect(pemOf(await start('publicKey', 'release'))).toContain('BEGIN PUBLIC KEY');
    writeConfig({
      keys: { prod: { label: 'release', spkiSha256: sha256Hex(spki) }, other: { spkiSha256: 'ab'.repeat(32), label: 'release' } },
    });
    expect((await start('publicKey', 'release')).answer.errorMessage).toContain('ERR_KEY_NOT_FOUND');
    const signature = signatureOf(await sign('prod'));
    const pem = pemOf(await start('publicKey', 'prod'));
    expect(verify('sha256', encoded, createPublicKey(pem), signature)).toBe(true);
    calls.length = 0;
    expect(pemOf(await start('publicKey', 'prod'))).toBe(pem);
    expect(calls).toEqual([]);
    expect((await sign('other')).answer.errorMessage).toContain('ERR_KEY_CHANGED');
  });

  it('a public key in the cache that was exchanged, or is a link, changes nothing (S29)', async () => {
    const { start, spki, own, calls } = await world();
    const pin = sha256Hex(spki);
    const id = `release?spkiSha256=${pin}`;
    const honest = pemOf(await start('publicKey', id));
    const file = join(own, 'public-keys', `${pin}.der`);
    const other = Buffer.from(spki);
    other[60] = (other[60] as number) ^ 1;
    const elsewhere = join(own, 'elsewhere.der');
    writeFileSync(elsewhere, spki);
    for (const poison of [() => writeFileSync(file, other), () => writeFileSync(file, ''), () => symlinkSync(elsewhere, file)]) {
      rmSync(file, { force: true });
      poison();
      calls.length = 0;
      expect(pemOf(await start('publicKey', id))).toBe(honest);
      expect(calls.length).toBeGreaterThan(0);
    }
  });

  it('allows blobs key by key', async () => {
    const { sign } = await world({ keys: { release: {}, blobs: { label: 'release', allowOpaque: true } } });
    const blob = Buffer.from('hello\n');
    expect((await sign('release', blob)).answer.errorMessage).toContain('allowOpaque');
    expect((await sign('blobs', blob)).exitCode).toBe(0);
  });

  it('makes keys only where it says who approves their use (S8)', async () => {
    const algorithm = { algorithm: 'ecdsa-sha2-256-nistp256' };
    const { start, writeConfig } = await world();
    expect((await start('createKey', 'fresh', algorithm)).answer.errorMessage).toContain('"createKey": {"policy"');
    expect((await start('publicKey', 'fresh')).answer.errorMessage).toContain('ERR_KEY_NOT_FOUND');
    writeConfig({ createKey: { policy: null } });
    const made = await start('createKey', 'fresh', algorithm);
    expect(made.answer.createKey?.publicKeyPEM).toBe((await start('publicKey', 'fresh')).answer.publicKey?.publicKeyPEM);
    expect((await start('createKey', 'release', algorithm)).answer.errorMessage).toContain('ERR_KEY_EXISTS');
    expect((await start('createKey', `fresh?spkiSha256=${'ab'.repeat(32)}`, algorithm)).answer.errorMessage).toContain(
      'no pin yet',
    );
  });

  it('is refused with a member that nobody knows, or a value of a wrong form (S24)', async () => {
    const { start, writeConfig } = await world();
    const wrong: JsonObject[] = [
      { allowOpaque: true },
      { keys: [] },
      { keys: { release: { pin: 'x' } } },
      { keys: { release: { spkiSha256: 'AB' } } },
      { keys: { release: { hash: 'sha1' } } },
      { keys: { release: { allowOpaque: 'yes' } } },
      { createKey: true },
      { createKey: {} },
      { createKey: { policy: 'policy.json' } },
      { timeoutMs: '1' },
      { stateFolder: 'state' },
    ];
    for (const change of wrong) {
      writeConfig(change);
      expect((await start('publicKey', 'release')).answer.errorMessage, JSON.stringify(change)).toContain('ERR_INVALID_ARGUMENT');
    }
  });

  it('lets keys of an emulator sign only where it says so', async () => {
    const { sign } = await world({ allowEmulated: false });
    expect((await sign('release')).answer.errorMessage).toContain('ERR_EMULATOR_REFUSED');
  });
});

describe('what stands behind securosys://', () => {
  it('is the name of a key, with options that are known', () => {
    expect(readResourceId('slot 1/release%3F')).toEqual({ name: 'slot 1/release?' });
    const pin = 'ab'.repeat(32);
    expect(readResourceId(`r?spkiSha256=${pin}&hash=sha384`)).toEqual({ name: 'r', hash: 'sha384', spkiSha256: pin });
    for (const id of [
      '?hash=sha256',
      'r?',
      'r?hash',
      'r?hash=',
      'r?hash=md5',
      'r?hash=sha256&hash=sha256',
      'r?spki=x',
      'r?a?b',
      'r%',
      'r?spkiSha256=AB',
      'r?createKey=1',
    ])
      expect(() => readResourceId(id), id).toThrow(/ERR_|behind|spkiSha256/);
  });

  it('takes nothing back that the configuration says', async () => {
    const { start, spki } = await world({ keys: { release: { hash: 'sha256', spkiSha256: 'ab'.repeat(32) } } });
    for (const id of [`release?spkiSha256=${sha256Hex(spki)}`, 'release?hash=sha384'])
      expect((await start('publicKey', id)).answer.errorMessage).toContain('another one than in the configuration');
  });
});

describe('secrets (S37)', () => {
  it('of the configuration and of keys stay out of answers, progress, records and the cache', async () => {
    const { start, sign, env, own, tsb, spki } = await world({
      keys: { decided: {}, secret: { passwordEnv: 'KEY_PASSWORD' }, release: {} },
    });
    env.KEY_PASSWORD = password;
    const secrets = { password, token: tsb.token as string };
    const files = { folder: join(own, 'pending') };
    mkdirSync(files.folder);
    const run = await expectNoSecret(
      secrets,
      async () => [
        await sign('secret'),
        await sign('decided'),
        await start('publicKey', `release?spkiSha256=${sha256Hex(spki)}`),
      ],
      files,
    );
    expect(run.value?.map(({ exitCode }) => exitCode)).toEqual([0, 1, 0]);
  });

  it('stay out of errors when the backend refuses them, or they stand where they do not belong', async () => {
    const token = createSentinel('token');
    const { sign, writeConfig } = await world();
    const wrong: JsonObject[] = [
      { token },
      { token: [token] },
      { tokenFile: `/${token}/x`, token },
      { apiKeys: { KeyOperationToken: token } },
      { keys: { release: { password: token } } },
    ];
    for (const change of wrong) {
      writeConfig(change);
      const run = await expectNoSecret({ token }, () => sign('release'));
      expect(run.value?.exitCode).toBe(1);
    }
  });
});
