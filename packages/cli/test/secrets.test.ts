import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { base64Text, spkiOf } from '@securosys/core';
import { createSentinel, expectNoSecret } from '@securosys/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld, people, removeWorlds, type World } from './helpers.js';

afterAll(removeWorlds);

/** A configuration full of secrets, none of which may come out again (S37). */
function secretWorld() {
  const world = createWorld();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateDer = privateKey.export({ format: 'der', type: 'pkcs8' });
  const secrets = {
    token: createSentinel('token'),
    operation: createSentinel('operation'),
    password: createSentinel('password'),
    application: base64Text(privateDer),
  };
  world.writeConfig({
    token: secrets.token,
    apiKeys: { KeyOperationToken: [secrets.operation] },
    applicationKeyPair: { privateKey: secrets.application, publicKey: base64Text(spkiOf(publicKey)) },
  });
  return { world, secrets };
}

const passwordOf = (secrets: { password: string }) => ({ pluginConfig: { password: secrets.password } });
const outputs = ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout, stderr });
const nothingStored = (world: World) => ({ folder: join(world.folder, 'securosys', 'pending') });

describe('secrets of the configuration and of keys', () => {
  it('stay out of what the plugin writes when the backend refuses them', async () => {
    const { world, secrets } = secretWorld();
    await expectNoSecret(secrets, async () => outputs(await world.envelope('release', passwordOf(secrets))));
  });

  it('stay out of what the plugin writes when it signs, waits and gives up, and of the records of it', async () => {
    const world = createWorld();
    const password = createSentinel('password');
    await world.addKey('plain', 'ec-p256', { password });
    await world.addKey('approved', 'ec-p256', { approvers: people });
    const secrets = { password, token: world.tsb.token as string };
    const signed = await expectNoSecret(secrets, async () => outputs(await world.envelope('plain', passwordOf({ password }))));
    expect(signed.value?.stderr).toBe('');
    const config = { pluginConfig: { timeout: '0s' } };
    const asked = await expectNoSecret(
      secrets,
      async () => outputs(await world.envelope('approved', config)),
      nothingStored(world),
    );
    expect(asked.value?.stderr).toContain('TIMEOUT');
  });

  it('stay out of errors about a configuration that is not JSON, or has a secret of a wrong form', async () => {
    const { world, secrets } = secretWorld();
    world.writeConfig({ token: [secrets.token], apiKeys: { KeyOperationToken: secrets.operation } });
    await expectNoSecret(secrets, async () => outputs(await world.envelope('release', passwordOf(secrets))));
    await expectNoSecret(secrets, async () => outputs(await world.command('check-connection')));
    await expectNoSecret(secrets, async () => outputs(await world.ask('describe-key', `{"keyId":"${secrets.password}`)));
  });

  it('given as an argument by mistake are not quoted', async () => {
    const { world, secrets } = secretWorld();
    const run = await expectNoSecret(secrets, async () =>
      outputs(await world.command('describe-key', `--token=${secrets.token}`)),
    );
    expect(run.value?.stderr).toContain('--token');
  });
});
