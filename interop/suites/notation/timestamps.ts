import { setTimeout as sleep } from 'node:timers/promises';
import { createTimestamper, parseCertificate } from '@securosys/pki';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { startOpensslTsa } from '../../lib/openssl-tsa.js';
import { described } from '../../lib/process.js';
import { emulated, theyAccept, theyRefuse, weAccept, weRefuse } from './judges.js';
import { formatIds, formats, type World } from './world.js';

/** Timestamps of a real authority, `openssl ts`: ours judged by notation, notation's judged by us. */
export async function timestamps({ report, scope, registries, oci, root, sign }: World): Promise<void> {
  const [{ host }] = registries as [(typeof registries)[0]];
  const ca = await OpensslCa.create(await scope.folder());
  const anchors = [await ca.root()];
  const keys = { 'rsa-3072': await ca.issue('rsa-3072', 'rsa-3072'), 'ec-p384': await ca.issue('ec-p384', 'ec-p384') };
  // A timestamp may be a second off, and with that second it must lie inside the validity of these.
  const ripe = Date.now() + 2_000;
  const rsa = await startOpensslTsa(scope);
  const ec = await startOpensslTsa(scope, ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  const timestampAnchors = [rsa.root];
  const ours = await NotationHome.create(scope, { anchors: [root], timestampAnchors });
  const strangers = await NotationHome.create(scope, { anchors: [root], timestampAnchors: [ec.root] });

  for (const format of formatIds)
    for (const spec of ['rsa-3072', 'ec-p256', 'ec-p521'] as const)
      await report.case(`notation accepts our ${format} ${spec} signature with a timestamp`, async () => {
        const tagged = `${host}/timestamped/${format}-${spec}:1`;
        const reference = await pushImage(oci, tagged);
        const timestamper = createTimestamper({ url: rsa.url, anchors: [parseCertificate(rsa.root)] });
        await sign(tagged, spec, { format, timestamper });
        await theyAccept(ours, reference);
        await weAccept(ours, reference, { oci, trust: emulated });
        await theyRefuse(strangers, reference, 'timestamp');
        await weRefuse(strangers, reference, 'authenticTimestamp', { oci, trust: emulated });
      });

  await report.case('both refuse a signature without the timestamp that the policy demands', async () => {
    const tagged = `${host}/timestamped/without:1`;
    const reference = await pushImage(oci, tagged);
    await sign(tagged);
    await theyRefuse(ours, reference, 'no timestamp countersignature was found');
    await weRefuse(ours, reference, 'authenticTimestamp', { oci, trust: emulated });
  });

  for (const [spec, tsa] of [
    ['rsa-3072', ec],
    ['ec-p384', rsa],
  ] as const)
    for (const format of formatIds)
      await report.case(`we accept what notation signs as ${formats[format]} with ${spec} and timestamps`, async () => {
        const theirs = await NotationHome.create(scope, { anchors, keys, timestampAnchors: [tsa.root] });
        const another = await NotationHome.create(scope, { anchors, timestampAnchors: [tsa === ec ? rsa.root : ec.root] });
        await sleep(Math.max(0, ripe - Date.now()));
        const reference = await pushImage(oci, `${host}/timestamped/theirs-${format}-${spec}:1`);
        const how = ['--signature-format', formats[format], '--key', spec];
        const time = ['--timestamp-url', tsa.url, '--timestamp-root-cert', tsa.rootPath];
        const finished = await theirs.notation('sign', '--insecure-registry', ...how, ...time, reference);
        if (finished.code !== 0) throw new Error(described('notation sign', how, finished));
        await theyAccept(theirs, reference);
        await weAccept(theirs, reference, { oci });
        await weRefuse(another, reference, 'authenticTimestamp', { oci });
      });
}
