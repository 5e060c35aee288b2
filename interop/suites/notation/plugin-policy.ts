import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pushImage } from '../../lib/images.js';
import { described } from '../../lib/process.js';
import { theyAccept } from './judges.js';
import { pluginHome } from './plugin-world.js';
import type { World } from './world.js';

const policy = `version: 1
rules:
  - name: production
    require: { formats: [notation-jws], maxValidity: 24h, annotations: { commit: true } }
`;

/** Our plugin obeys a signing policy, and notation shows which rule said no. */
export async function pluginPolicy(world: World): Promise<void> {
  const { report, registries, oci, signer } = world;
  await report.case('notation signs what a signing policy of our plugin allows, and shows the rule that refuses', async () => {
    const { home, sign, certify } = await pluginHome(world);
    await certify('ec-p256', await signer('ec-p256').chain());
    const [config, path] = [join(home.folder, 'securosys', 'config.json'), join(home.folder, 'securosys', 'policy.yaml')];
    await writeFile(path, policy, { mode: 0o600 });
    const known = JSON.parse(await readFile(config, 'utf8')) as object;
    await writeFile(config, JSON.stringify({ ...known, signingPolicy: path }), { mode: 0o600 });

    const [{ host }] = registries as [(typeof registries)[0]];
    const reference = await pushImage(oci, `${host}/plugin/policy:1`);
    const trySign = (...args: string[]) => sign('ec-p256', '--insecure-registry', ...args, reference);
    for (const [args, rule] of [
      [['-m', 'commit=4f2a9c1'], /rule 'production' .*refuses, maxValidity: the signature never expires/],
      [['-m', 'commit=4f2a9c1', '--expiry', '25h'], /refuses, maxValidity/],
      [['--expiry', '24h'], /refuses, annotations: the signature lacks commit/],
      [['-m', 'commit=4f2a9c1', '--expiry', '24h', '--signature-format', 'cose'], /refuses, formats/],
      [
        ['-m', 'commit=4f2a9c1', '--expiry', '24h', '--plugin-config', 'mode=raw', '--signature-format', 'cose'],
        /refuses, formats/,
      ],
    ] as const) {
      const { code, stderr } = await trySign(...args);
      assert.equal(code, 1);
      assert.match(stderr, rule);
    }
    const args = ['-m', 'commit=4f2a9c1', '--expiry', '24h'];
    const finished = await trySign(...args);
    assert.equal(finished.code, 0, described('notation sign', args, finished));
    await theyAccept(home, reference, '-m', 'commit=4f2a9c1');
  });
}
