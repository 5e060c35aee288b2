import { join } from 'node:path';
import { createTimestamper } from '@securosys/sign';
import { startOpensslTsa } from '../../lib/openssl-tsa.js';
import { atMost } from './at-most.js';
import { signArguments, theyAccept, theyRefuse } from './calls.js';
import { versions } from './cosign.js';
import { weAccept, weRefuse } from './judges.js';
import { weSign } from './ours.js';
import { type Kind, knows, type Shape, shapes } from './shapes.js';
import type { World } from './world.js';

const kinds: readonly Kind[] = ['image', 'attestation'];

/** Timestamps of an authority made of `openssl ts`, in both shapes and both directions. */
export async function timestamps(world: World): Promise<void> {
  const { report, registries, scope, oci, cosign, broker, localKeys, provenance } = world;
  const [registry] = registries as [World['registries'][0]];
  const [tsa, other] = [await startOpensslTsa(scope), await startOpensslTsa(scope)];
  const folder = await scope.folder();
  const roots = { tsa: join(folder, 'tsa.json'), other: join(folder, 'other.json') };
  for (const [path, { url, chainPath }] of [
    [roots.tsa, tsa],
    [roots.other, other],
  ] as const) {
    const service = `url=${url},certificate-chain=${chainPath}`;
    await cosign.must('cosign', ['trusted-root', 'create', '--tsa', service, '--out', path]);
  }
  const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root] });
  const anchored = (root: Uint8Array) => ({ timestamps: { anchors: [root], required: true } });

  const chains = (shape: Shape, chainPath: string, root: string): string[] =>
    shape === 'bundle' ? ['--use-signed-timestamps', '--trusted-root', root] : ['--timestamp-certificate-chain', chainPath];
  const tasks = kinds.flatMap((kind) =>
    shapes.map(
      (shape) => () =>
        report.case(`cosign accepts the timestamp of our ${shape} ${kind}, of its authority only`, async () => {
          const subject = await world.subject({ registry, kind, shape });
          const { publicPath: key, publicKey } = await broker.key('ec-p256');
          await weSign(oci, subject, { signer: broker.signer('ec-p256'), shapes: [shape], timestamper });
          for (const judge of versions) {
            // 2.5 knows no timestamps of bundles in a registry.
            if (!knows(judge, kind, shape) || (judge === 'cosign2' && shape === 'bundle')) continue;
            await theyAccept(cosign, judge, subject, { key, more: chains(shape, tsa.chainPath, roots.tsa) });
            await theyRefuse(cosign, judge, subject, /./, { key, more: chains(shape, other.chainPath, roots.other) });
          }
          await weAccept(oci, subject, { keys: [{ publicKey }], ...anchored(tsa.root) });
          await weRefuse(oci, subject, 'timestamp-invalid', { keys: [{ publicKey }], ...anchored(other.root) });
        }),
    ),
  );
  for (const version of versions)
    for (const kind of kinds) {
      // 3.1 asks for a token without certificates, which says nothing about who made it; for an .att it asks about other bytes than every
      // verifier, its own too, compares.
      const complete = version === 'cosign2';
      tasks.push(() =>
        report.case(
          `we ${complete ? 'accept' : 'do not count'} the timestamp that ${version} gets for a legacy ${kind}`,
          async () => {
            const subject = await world.subject({ registry, kind, shape: 'legacy' });
            const { privatePath: key, publicPath, publicKey } = localKeys['ec-p256'];
            const more = ['--timestamp-server-url', tsa.url];
            await cosign.must(version, signArguments(cosign, version, { key, predicate: provenance, more }, subject));
            const call = { key: publicPath, more: chains('legacy', tsa.chainPath, roots.tsa) };
            if (complete || kind === 'image') await theyAccept(cosign, version, subject, call);
            else await theyRefuse(cosign, version, subject, /hashed messages don't match/, call);
            const keys = [{ publicKey }];
            await weAccept(oci, subject, { keys });
            if (complete) await weAccept(oci, subject, { keys, ...anchored(tsa.root) });
            else await weRefuse(oci, subject, 'timestamp-invalid', { keys, ...anchored(tsa.root) });
            await weRefuse(oci, subject, 'timestamp-invalid', { keys, ...anchored(other.root) });
          },
        ),
      );
    }
  await atMost(2, tasks);
}
