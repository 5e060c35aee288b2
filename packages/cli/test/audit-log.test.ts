import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { hashBytes, type JsonObject } from '@securosys/core';
import { type ReadRecord, readAuditLog, verifyAuditLog } from '@securosys/sign/audit';
import { createTestClock } from '@securosys/testing';
import { createTsbBackend } from '@securosys/tsb-client';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { afterAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { ask, payload, signing } from '../../cosign/test/kms/kms.js';
import { securosysKms } from '../src/cosign-kms/kms-plugin.js';
import { securosysProvider } from '../src/ocicrypt/provider.js';
import { providerSettingsOf } from '../src/ocicrypt/settings.js';
import { createWorld, removeWorlds } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'plugin-audit-'));
afterAll(() => {
  removeWorlds();
  rmSync(folder, { recursive: true, force: true });
});

async function recordsOf(log: string): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for await (const record of readAuditLog(log)) records.push(record);
  return records;
}

describe('notation-securosys', () => {
  it('writes every use of a key to the audit log that its configuration names, and refuses a policy’s vetoes there too', async () => {
    const auditLog = join(folder, 'notation');
    const signingPolicy = join(folder, 'policy.yaml');
    writeFileSync(signingPolicy, 'version: 1\nrules:\n  - { name: jws, require: { formats: [notation-jws] } }\n', {
      mode: 0o600,
    });
    const { addKey, writeConfig, envelope } = createWorld();
    await addKey('release');
    writeConfig({ auditLog, signingPolicy });
    expect((await envelope('release')).exitCode).toBe(0);
    expect((await envelope('release', { signatureEnvelopeType: 'application/cose' })).exitCode).toBe(1);
    const [, intent, outcome, refused] = await recordsOf(auditLog);
    expect(intent?.members).toMatchObject({
      requester: userInfo().username,
      key: { label: 'release', spkiSha256: expect.any(String) },
      facts: { format: 'notation-jws', subject: { digest: expect.stringMatching(/^sha256:/) } },
    });
    expect(outcome?.members).toMatchObject({ result: 'signed', intent: 1, signatureSha256: expect.any(String) });
    expect(refused?.members).toMatchObject({ result: 'refused', error: { code: 'ERR_VETOED', rule: 'jws' } });
    expect(await verifyAuditLog(auditLog)).toMatchObject({ verdict: 'consistent', records: 4 });
  });

  it('signs nothing when the log cannot be written', async () => {
    const auditLog = join(folder, 'a-file');
    writeFileSync(auditLog, '');
    const { addKey, writeConfig, envelope, tsb } = createWorld();
    await addKey('release');
    writeConfig({ auditLog });
    const used = tsb.requests.length;
    const { exitCode, error } = await envelope('release');
    expect(exitCode).toBe(1);
    expect(error.errorMetadata).toMatchObject({ code: 'ERR_STORE' });
    expect(tsb.requests).toHaveLength(used);
    writeConfig({ auditLog: 'relative' });
    expect((await envelope('release')).error.errorMessage).toMatch(/auditLog is not an absolute path/);
  });
});

describe('sigstore-kms-securosys', () => {
  it('writes every use of a key to the audit log that its configuration names', async () => {
    const auditLog = join(folder, 'cosign');
    const clock = createTestClock('2026-03-01T00:00:00Z');
    const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256' });
    const own = join(folder, 'securosys', 'cosign');
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const file: JsonObject = { restApi: tsb.url, token: String(tsb.token), allowEmulated: true, auditLog };
    writeFileSync(join(own, 'config.json'), JSON.stringify(file), { mode: 0o600 });
    const backends = {
      tsb: async (settings: { tsb(): Promise<{ url: string; auth: object }> }) => {
        const { url, auth } = await settings.tsb();
        return createTsbBackend({ url, auth: auth as never, clock, fetch: tsb.fetch });
      },
    };
    const plugin = securosysKms({ env: { XDG_CONFIG_HOME: folder }, clock, backends: backends as never });
    const init = { keyResourceID: 'release', ctxDeadline: new Date(clock.now() + 180_000).toISOString() };
    const call = { init, ...signing(hashBytes('sha256', payload)) };
    expect(await ask(plugin, 'signMessage', call, payload)).toMatchObject({ exitCode: 0 });
    const [, intent, outcome] = await recordsOf(auditLog);
    expect(intent?.members).toMatchObject({ domain: 'cosign-payload', facts: { format: 'cosign' }, key: { label: 'release' } });
    expect(outcome?.members).toMatchObject({ result: 'signed' });
  });
});

describe('ocicrypt-securosys', () => {
  it('writes every packet that it opened to the audit log that its configuration names, before the key is given out', async () => {
    const auditLog = join(folder, 'ocicrypt');
    const env = { XDG_CONFIG_HOME: folder };
    const settings = providerSettingsOf(
      { restApi: 'https://tsb.example', keys: { layers: { spkiSha256: 'ef'.repeat(32) } }, auditLog },
      env,
    );
    const { audit } = securosysProvider(settings, { env, name: 'securosys', backends: {} });
    const context = { operation: 'keyunwrap', parameters: [], env } as never;
    const use = { operation: 'keyunwrap', kids: ['layers\u202e'], packetSha256: 'ab'.repeat(32), at: 0 } as const;
    await audit?.(use, context);
    await audit?.({ ...use, layerDigest: `sha256:${'cd'.repeat(32)}` }, context);
    const [, first, second] = await recordsOf(auditLog);
    expect(first).toMatchObject({ kind: 'unwrap', members: { kids: ['layers\\u{202e}'], packetSha256: use.packetSha256 } });
    expect(second?.members.layerDigest).toBe(`sha256:${'cd'.repeat(32)}`);
    expect(await verifyAuditLog(auditLog)).toMatchObject({ verdict: 'consistent', records: 3 });
    expect(() =>
      providerSettingsOf(
        { restApi: 'https://tsb.example', keys: { layers: { spkiSha256: 'ef'.repeat(32) } }, auditLog: 'relative' },
        env,
      ),
    ).toThrow(/auditLog/);
  });
});
