import { createSentinel, expectNoSecret } from '@securosys/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createSignWorld, people, type Run, removeSignWorlds } from './world.js';

afterAll(removeSignWorlds);
const outputs = ({ stdout, stderr }: Run) => ({ stdout, stderr });

describe('secrets (S37)', () => {
  it('of the configuration and the environment stay out of what is said when they are refused', async () => {
    const world = await createSignWorld();
    const secrets = {
      token: createSentinel('token'),
      operation: createSentinel('operation'),
      password: createSentinel('password'),
    };
    world.writeConfig({
      token: secrets.token,
      apiKeys: { KeyOperationToken: [secrets.operation] },
      keyPassword: secrets.password,
    });
    for (const json of [[], ['--json']]) {
      const run = await expectNoSecret(secrets, async () =>
        outputs(await world.run('sign', ...json, '--key', 'release', world.image)),
      );
      expect(run.value?.stderr).toContain('ERR_AUTHENTICATION');
    }
    world.writeConfig({ token: [secrets.token], keyPassword: { is: secrets.password } });
    await expectNoSecret(secrets, async () => outputs(await world.run('sign', '--key', 'release', world.image)));
    world.write('securosys/sign/config.json', `{"token":"${secrets.token}`);
    await expectNoSecret(secrets, async () => outputs(await world.run('sign', world.image)));
    const yaml = world.write('bad.yaml', `token: ${secrets.token}\n  keyPassword: "${secrets.password}\n`);
    await expectNoSecret(secrets, async () => outputs(await world.run('sign', '--config', yaml, world.image)));
  });

  it('stay out of records, request files and output when people are asked', async () => {
    const world = await createSignWorld();
    const password = createSentinel('password');
    const { chain } = await world.addKey('release', 'ec-p256', { approvers: people, password });
    const file = world.write('password', password);
    world.writeConfig({ key: 'release', chain, keyPasswordFile: file, allowPasswordInRequest: true });
    const secrets = { password, token: world.tsb.token };
    const watched = { folder: `${world.folder}/securosys/sign/pending` };
    const asked = await expectNoSecret(secrets, async () => outputs(await world.run('sign', '--json', world.image)), watched);
    expect(asked.value?.stderr).toMatch(/ERR_[A-Z_]+/);
    await expectNoSecret(secrets, async () =>
      outputs(await world.run('request', 'prepare', '--output', 'request.json', world.image)),
    );
  });

  it('typed by mistake are not quoted, and are refused as options', async () => {
    const world = await createSignWorld();
    const secrets = { token: createSentinel('token') };
    for (const words of [
      ['sign', `--token=${secrets.token}`, world.image],
      ['sign', '--token', secrets.token, world.image],
      [secrets.token],
      ['sign', `-t${secrets.token}`],
      ['verify', '--manifests', secrets.token, world.image],
      ['verify', '--max-age', secrets.token, world.image, '--ca', 'root.pem'],
      ['attest', world.image, secrets.token],
    ]) {
      const run = await expectNoSecret(secrets, async () => ({ ...outputs(await world.run(...words)) }));
      expect(run.value?.stdout).toBe('');
    }
  });

  it('a file with secrets that others may read is refused before it is used', async () => {
    if (process.platform === 'win32') return;
    const world = await createSignWorld();
    const { chmodSync } = await import('node:fs');
    chmodSync(`${world.folder}/securosys/sign/config.json`, 0o644);
    expect(await world.run('sign', '--key', 'x', world.image)).toMatchObject({
      code: 74,
      stderr: expect.stringContaining('chmod 600'),
    });
  });
});
