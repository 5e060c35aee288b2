import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createOci } from '@securosys/oci';
import { pemBytes } from '@securosys/pki';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { described } from '../../lib/process.js';
import { startReferrersRegistry } from '../../lib/registries.js';
import { theyAccept, weAccept } from '../notation/judges.js';
import { executable } from '../notation/plugin-world.js';
import type { World } from './world.js';

const specs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'] as const;

/** Where pkcs11js lies in this workspace. */
export function pkcs11js(): string {
  const ours = createRequire(import.meta.url).resolve('@securosys/pkcs11/package.json');
  return dirname(createRequire(ours).resolve('pkcs11js'));
}

/** `notation sign` with our plugin and keys that pkcs11-tool made on SoftHSM2, certified by OpenSSL, in every algorithm and envelope. */
export async function notationPlugin({ report, scope, softhsm }: World): Promise<void> {
  const [ca, registry] = [await OpensslCa.create(await scope.folder()), await startReferrersRegistry(scope)];
  const home = await NotationHome.create(scope, { anchors: [await ca.root()], env: { ...softhsm.env } });
  const oci = createOci({ plainHttp: [registry.host] });
  const folder = join(home.folder, 'securosys');
  const pinFile = join(folder, 'pin');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(pinFile, softhsm.pin, { mode: 0o600 });
  const { module, label: tokenLabel } = softhsm;
  const configuration = { backend: 'pkcs11', module, tokenLabel, pinFile, pkcs11js: pkcs11js() };
  await writeFile(join(folder, 'config.json'), JSON.stringify(configuration), { mode: 0o600 });
  await chmod(executable, 0o755);

  const must = async (running: ReturnType<NotationHome['run']>, ...args: string[]) => {
    const finished = await running;
    assert.equal(finished.code, 0, described('', args, finished));
  };
  const plugin = (...args: string[]) => must(home.run(executable, ...args), ...args);
  const install = ['plugin', 'install', '--file', executable];
  await must(home.notation(...install), ...install);

  for (const spec of specs) {
    await report.case(`our plugin requests a certificate for the ${spec} key on the token and stores it there`, async () => {
      const request = join(home.folder, `${spec}.csr`);
      await plugin('generate-csr', '--key', spec, '--subject', `CN=${spec},O=Acme,ST=Zurich,C=CH`, '--out', request);
      const [der] = pemBytes(await readFile(request, 'utf8'), 'CERTIFICATE REQUEST');
      const chain = await ca.certify(spec, der as Uint8Array);
      await plugin('import-certificate', '--key', spec, '--certificate', chain);
    });
    for (const format of ['jws', 'cose'])
      await report.case(
        `both accept what notation signs as ${format} with our plugin and the ${spec} key of SoftHSM2`,
        async () => {
          const reference = await pushImage(oci, `${registry.host}/softhsm/${format}-${spec}:1`);
          const named = ['--id', spec, '--plugin', 'securosys', '--signature-format', format];
          const args = ['sign', '--insecure-registry', ...named, reference];
          await must(home.notation(...args), ...args);
          await theyAccept(home, reference);
          await weAccept(home, reference, { oci });
        },
      );
  }
}
