import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executable } from './providers.js';
import { versions } from './skopeo.js';
import type { World } from './world.js';

/** An `ocicrypt.conf` as it was written for the closed plugin, with our executable behind its path (`ocicrypt.md` §13). */
export async function closedPlugin({
  report,
  scope,
  samples,
  skopeo,
  broker,
  target,
  digestOf,
  mustBeEncrypted,
}: World): Promise<void> {
  const plain = await samples.image(['gzip']);
  const config = join(await scope.folder(), 'ocicrypt.conf');
  const args = [
    '-cipher-algorithm RSA',
    `-tsb-api-endpoint ${broker.emulator.url}`,
    '-auth TOKEN',
    `-token ${broker.auth.token}`,
  ];
  const providers = { 'skopeo-securosys': { cmd: { path: executable, args } } };
  await writeFile(config, JSON.stringify({ 'key-providers': providers }));
  const env = { OCICRYPT_KEYPROVIDER_CONFIG: config };
  const key = `provider:skopeo-securosys:${broker.keys[0]?.kid}`;
  for (const version of versions)
    await report.case(`${version} encrypts and decrypts with a configuration of the closed plugin`, async () => {
      const [encrypted, decrypted] = [target('registry'), target('layout')];
      await skopeo.mustCopy(version, plain, encrypted, { args: ['--encryption-key', key], env });
      await mustBeEncrypted(encrypted);
      await skopeo.mustCopy(version, encrypted, decrypted, { args: ['--decryption-key', key], env });
      assert.equal(await digestOf(decrypted), await digestOf(plain));
    });
}
