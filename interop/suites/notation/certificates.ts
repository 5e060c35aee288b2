import { readFile } from 'node:fs/promises';
import type { PreparedPart } from '@securosys/core';
import { createSigner } from '@securosys/core';
import { pemBytes, prepareCertificate, prepareCsr } from '@securosys/pki';
import { signImage } from '@securosys/sign';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { theyAccept, weAccept, weRefuse } from './judges.js';
import type { World } from './world.js';

const subject = 'CN=release,O=Acme,ST=Zurich,C=CH';
const day = 86_400_000;

/** Certificates and requests that the signing key itself signed, next to those of the emulator's CA. */
export async function otherCertificates({ report, scope, oci, registries, connect, client }: World): Promise<void> {
  const backend = connect();
  const [registry] = registries as [(typeof registries)[0]];
  for (const spec of ['rsa-3072', 'ec-p521'] as const) {
    const certifier = async (label: string) => {
      await client.keys.create({ label, spec, policy: null });
      return createSigner(backend, { label }, { allowCertificates: true });
    };
    const signAndJudge = async (label: string, chain: readonly Uint8Array[]) => {
      const tagged = `${registry.host}/certificates/${label}:1`;
      const reference = await pushImage(oci, tagged);
      const signer = createSigner(backend, { label }, { chain });
      await signImage(tagged, { signer, format: 'notation-jws', expiry: '90d', oci });
      const home = await NotationHome.create(scope, { anchors: chain.slice(-1) });
      await theyAccept(home, reference);
      // The mark of the emulator goes along, through our certificates and through another CA's: notation does not know it, we do.
      await weAccept(home, reference, { oci, trust: { allowEmulated: true } });
      await weRefuse(home, reference, 'emulation', { oci });
    };

    await report.case(`notation accepts a self-signed ${spec} certificate that its own key signed`, async () => {
      const signer = await certifier(`self-${spec}`);
      const now = Date.now();
      const prepared = await prepareCertificate({
        subject,
        key: await signer.describe(),
        validity: { notBefore: now - day, notAfter: now + 365 * day },
        profile: 'leaf',
      });
      const [part] = prepared.parts as [PreparedPart];
      await signAndJudge(`self-${spec}`, [prepared.assemble({ [part.id]: await signer.sign(part) })]);
    });

    await report.case(`openssl certifies our ${spec} request, and notation accepts what the key then signs`, async () => {
      const signer = await certifier(`csr-${spec}`);
      const prepared = await prepareCsr({ subject, key: await signer.describe() });
      const [part] = prepared.parts as [PreparedPart];
      const ca = await OpensslCa.create(await scope.folder());
      const chain = await ca.certify('ours', prepared.assemble({ [part.id]: await signer.sign(part) }));
      await signAndJudge(`csr-${spec}`, pemBytes(await readFile(chain, 'utf8'), 'CERTIFICATE'));
    });
  }
}
