import { createRevocationChecker } from '@securosys/pki';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { RevokingCa } from '../../lib/openssl-revocation.js';
import { described } from '../../lib/process.js';
import { theyAccept, theyRefuse, weAccept, weRefuse } from './judges.js';
import type { World } from './world.js';

/** Certificates that name a real CRL, or a real `openssl ocsp` responder: good ones are accepted by both, revoked ones by nobody. */
export async function revocations({ report, scope, registries, oci }: World): Promise<void> {
  const [{ host }] = registries as [(typeof registries)[0]];
  const ca = await RevokingCa.create(scope);
  const anchors = [await ca.root()];
  for (const how of ['crl', 'ocsp'] as const)
    await report.case(`both accept a certificate that its ${how} calls good, and refuse it once revoked`, async () => {
      const keys = { one: await ca.issue(`signer-${how}`, how) };
      const home = await NotationHome.create(scope, { anchors, keys });
      const reference = await pushImage(oci, `${host}/revocation/${how}:1`);
      const finished = await home.notation('sign', '--insecure-registry', '--key', 'one', reference);
      if (finished.code !== 0) throw new Error(described('notation sign', [], finished));
      const asking = () => ({ oci, trust: { revocation: createRevocationChecker({ allowHosts: ca.hosts }) } });
      await theyAccept(home, reference);
      await weAccept(home, reference, asking());
      // Nobody allowed these private addresses, so nobody is asked, and not knowing is not good enough.
      await weRefuse(home, reference, 'revocation', { oci });
      await ca.revoke(`signer-${how}`);
      // notation keeps CRLs in its cache folder; another configuration has none.
      const fresh = await NotationHome.create(scope, { anchors });
      await theyRefuse(fresh, reference, 'revoked');
      await weRefuse(fresh, reference, 'revocation', asking());
    });
}
