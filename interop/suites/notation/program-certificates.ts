import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pemBytes } from '@securosys/pki';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { described, succeed } from '../../lib/process.js';
import { theyAccept } from './judges.js';
import { pluginHome } from './plugin-world.js';
import type { World } from './world.js';

/** The program as it is built: a script, and its parts beside it. */
const program = fileURLToPath(new URL('../../../packages/cli/dist/securosys-sign.cjs', import.meta.url));
const subject = 'CN=program,O=Acme,ST=Zurich,C=CH';

/** Certificates by the commands of securosys-sign, as a release engineer comes by them. */
export async function programCertificates(world: World): Promise<void> {
  const { report, scope, oci, registries, tsb, client } = world;
  const [registry] = registries as [(typeof registries)[0]];
  const { home, sign: notationSign } = await pluginHome(world);
  const settings = join(home.folder, '.config', 'securosys', 'sign');
  await mkdir(settings, { recursive: true, mode: 0o700 });
  const config = { restApi: tsb.url, token: tsb.token, allowEmulated: true, registry: { plainHttp: [registry.host] } };
  await writeFile(join(settings, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  const at = (name: string): string => join(home.folder, name);
  const securosysSign = async (...args: string[]): Promise<string> => {
    const finished = await home.run(process.execPath, program, ...args);
    assert.equal(finished.code, 0, described('securosys-sign', args, finished));
    return finished.stdout;
  };
  /** Signed by the program and by notation with the plugin, without a word about certificates to either. */
  const bothSign = async (label: string, anchor: Uint8Array): Promise<void> => {
    const judge = await NotationHome.create(scope, { anchors: [anchor] });
    for (const [who, sign] of [
      ['program', (image: string) => securosysSign('sign', '--key', label, image)],
      ['plugin', (image: string) => notationSign(label, '--insecure-registry', image)],
    ] as const) {
      const tagged = `${registry.host}/${label}/${who}:1`;
      const reference = await pushImage(oci, tagged);
      const signed = await sign(tagged);
      if (typeof signed === 'object') assert.equal(signed.code, 0, described('notation', ['sign'], signed));
      await theyAccept(judge, reference);
    }
  };

  await report.case('a certificate by `cert self-sign` is what openssl and notation take for one of a signer', async () => {
    await client.keys.create({ label: 'program-self', spec: 'ec-p384', policy: null });
    const file = at('self.pem');
    await securosysSign('cert', 'self-sign', '--key', 'program-self', '--subject', subject, '--store', '--output', file);
    const read = await succeed('openssl', ['x509', '-in', file, '-noout', '-ext', 'keyUsage,extendedKeyUsage,basicConstraints']);
    assert.match(read, /Key Usage: critical\s+Digital Signature\s+X509v3 Extended Key Usage:\s+Code Signing\s*$/);
    await succeed('openssl', ['verify', '-partial_chain', '-check_ss_sig', '-CAfile', file, file]);
    const [certificate] = pemBytes(await readFile(file, 'utf8'), 'CERTIFICATE');
    await bothSign('program-self', certificate as Uint8Array);
  });

  await report.case(
    'openssl verifies the request of `cert csr` and certifies it, and what `cert import` keeps signs',
    async () => {
      await client.keys.create({ label: 'program-csr', spec: 'rsa-3072', policy: null });
      const file = at('request.pem');
      await securosysSign('cert', 'csr', '--key', 'program-csr', '--subject', subject, '--output', file);
      await succeed('openssl', ['req', '-verify', '-noout', '-in', file]);
      const ca = await OpensslCa.create(await scope.folder());
      const [request] = pemBytes(await readFile(file, 'utf8'), 'CERTIFICATE REQUEST');
      await securosysSign('cert', 'import', '--key', 'program-csr', await ca.certify('program', request as Uint8Array));
      await bothSign('program-csr', await ca.root());
    },
  );
}
