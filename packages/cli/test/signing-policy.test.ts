import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@securosys/core';
import { hashBytes } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { createTsbBackend } from '@securosys/tsb-client';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { afterAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { ask, encoded, payload, signing } from '../../cosign/test/kms/kms.js';
import { securosysKms } from '../src/cosign-kms/kms-plugin.js';
import { providerSettingsOf } from '../src/ocicrypt/settings.js';
import { createWorld, removeWorlds } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'signing-policy-'));
afterAll(() => {
  removeWorlds();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
/** A policy in a file of its own. */
function policyFile(text: string, mode = 0o600): string {
  const path = join(folder, `policy-${files++}.yaml`);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}
const policyOf = (require: string, when = '') =>
  policyFile(`version: 1\nrules:\n  - name: production\n    ${when}\n    require: ${require}\n`);

describe('notation-securosys', () => {
  async function world(signingPolicy: string) {
    const made = createWorld();
    await made.addKey('release');
    made.writeConfig({ signingPolicy });
    return made;
  }

  it('signs what the policy allows, and refuses the rest with the name of the rule, before the key is used', async () => {
    const { envelope, tsb } = await world(policyOf('{ formats: [notation-jws], maxValidity: 90d }'));
    const used = tsb.requests.length;
    const refused = await envelope('release');
    expect(refused.exitCode).toBe(1);
    expect(refused.error.errorMessage).toContain(
      "rule 'production' (number 1) of the signing policy refuses, maxValidity: the signature never expires",
    );
    expect(refused.error.errorMetadata).toMatchObject({ code: 'ERR_VETOED' });
    expect(tsb.requests).toHaveLength(used);
    expect((await envelope('release', { expiryDurationInSeconds: 90 * 86_400 })).exitCode).toBe(0);
    expect((await envelope('release', { expiryDurationInSeconds: 91 * 86_400 })).exitCode).toBe(1);
    const cose = { expiryDurationInSeconds: 60, signatureEnvelopeType: 'application/cose' };
    expect((await envelope('release', cose)).error.errorMessage).toContain('formats');
  });

  it('refuses a rule over the repository: a plugin is never told which it is', async () => {
    const { envelope } = await world(policyOf('{ repositories: ["**"] }'));
    expect((await envelope('release')).error.errorMessage).toContain('it is not known to which repository the signature goes');
    const conditional = await world(policyOf('{}', 'when: { repositories: [registry.example/prod/**] }'));
    expect((await conditional.envelope('release')).error.errorMessage).toContain('nobody can tell whether the rule applies');
  });

  it('holds for certificate requests too', async () => {
    const refusing = await world(policyOf('{ formats: [notation-jws] }'));
    const args = ['generate-csr', '--key', 'release', '--subject', 'CN=release,O=Acme,ST=Zurich,C=CH'];
    const { exitCode, stderr } = await refusing.command(...args);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('the format is x509-request');
    const allowing = await world(policyOf('{ formats: [notation-jws, x509-request] }'));
    expect((await allowing.command(...args)).exitCode).toBe(0);
  });

  it.each([
    ['that is not there', () => join(folder, 'nowhere.yaml'), /signingPolicy is not there/],
    ['with a relative path', () => 'policy.yaml', /signingPolicy is not an absolute path/],
    ['that others may change', () => policyFile('version: 1\nrules: []\n', 0o666), /other users may touch signingPolicy/],
    [
      'with a misspelt rule',
      () => policyFile('version: 1\nrules:\n  - { name: a, require: { maxValidty: 1d } }\n'),
      /policy-\d+\.yaml:3:27: .*did you mean 'maxValidity'/,
    ],
    ['that is no YAML', () => policyFile('{'), /policy-\d+\.yaml:1:/],
  ])('signs nothing under a policy %s', async (_, path, message) => {
    const { envelope } = await world(path());
    const { exitCode, error } = await envelope('release');
    expect(exitCode).toBe(1);
    expect(error.errorMessage).toMatch(message);
  });
});

describe('sigstore-kms-securosys', () => {
  async function world(config: JsonObject) {
    const clock = createTestClock('2026-03-01T00:00:00Z');
    const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256' });
    const home = join(folder, `home-${files++}`);
    const own = join(home, 'securosys', 'cosign');
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const file = { restApi: tsb.url, token: tsb.token as string, allowEmulated: true, ...config };
    writeFileSync(join(own, 'config.json'), JSON.stringify(file), { mode: 0o600 });
    const env = { XDG_CONFIG_HOME: home };
    const backends = {
      tsb: async (settings: { tsb(): Promise<{ url: string; auth: object }> }) => {
        const { url, auth } = await settings.tsb();
        return createTsbBackend({ url, auth: auth as never, clock, fetch: tsb.fetch });
      },
    };
    const plugin = securosysKms({ env, clock, backends: backends as never });
    const init = { keyResourceID: 'release', ctxDeadline: new Date(clock.now() + 180_000).toISOString() };
    return (message: Uint8Array) => ask(plugin, 'signMessage', { init, ...signing(hashBytes('sha256', message)) }, message);
  }

  it('knows the repository that a payload names', async () => {
    const allowed = await world({ signingPolicy: policyOf('{ repositories: ["registry.example:5000/team/*"] }') });
    expect(await allowed(payload)).toMatchObject({ exitCode: 0 });
    const refused = await world({ signingPolicy: policyOf('{ repositories: ["registry.example:5000/prod/*"] }') });
    const { exitCode, answer } = await refused(payload);
    expect(exitCode).toBe(1);
    expect(answer.errorMessage).toContain(
      "rule 'production' (number 1) of the signing policy refuses, repositories: the repository is registry.example:5000/team/app",
    );
  });

  it('knows none that a statement is for', async () => {
    const refused = await world({ signingPolicy: policyOf('{ repositories: ["**"] }') });
    expect((await refused(encoded)).answer.errorMessage).toContain('not known to which repository');
    const allowed = await world({ signingPolicy: policyOf('{ formats: [cosign] }') });
    expect(await allowed(encoded)).toMatchObject({ exitCode: 0 });
  });
});

describe('ocicrypt-securosys', () => {
  it('takes the policy of its configuration by an absolute path, for what it opens', () => {
    const config = { restApi: 'https://tsb.example', keys: { images: { spkiSha256: 'ab'.repeat(32) } } };
    const settings = (signingPolicy: string) => providerSettingsOf({ ...config, signingPolicy }, { XDG_CONFIG_HOME: '/etc' });
    expect(settings('/etc/policy.yaml').guards).toEqual({ signingPolicy: '/etc/policy.yaml' });
    expect(() => settings('policy.yaml')).toThrow('signingPolicy is not an absolute path');
  });
});
