import { atMost } from './at-most.js';
import { signArguments, theyAccept, theyRefuse } from './calls.js';
import { type Version, versions } from './cosign.js';
import { weAccept, weRefuse } from './judges.js';
import { makeLocalKey } from './local-keys.js';
import { weSign } from './ours.js';
import { kinds, knows, shapes } from './shapes.js';
import type { World } from './world.js';

/** Keys outside the safe set, each with the hash that has to be named. */
const curves = [
  { spec: 'ec-p384', hash: 'sha256' },
  { spec: 'ec-p384', hash: 'sha384' },
  { spec: 'ec-p521', hash: 'sha256' },
  { spec: 'ec-p521', hash: 'sha512' },
  { spec: 'ed25519', hash: undefined },
] as const;

/** SHA-256 needs no flag; 2.5 has the flag for images only. */
const flagsFor = (hash: string | undefined): string[] =>
  hash === undefined || hash === 'sha256' ? [] : ['--signature-digest-algorithm', hash];
const canJudge = (version: Version, kind: string, hash: string | undefined): boolean =>
  flagsFor(hash).length === 0 || version === 'cosign' || kind === 'image';

/** P-384, P-521 and Ed25519: whoever can verify them is who the documentation promises. */
export async function otherKeys(world: World): Promise<void> {
  const { report, registries, oci, cosign, broker, provenance } = world;
  const [registry] = registries as [World['registries'][0]];
  const tasks = curves.flatMap(({ spec, hash }) => {
    const named = hash === undefined ? {} : { hash };
    return kinds.flatMap((kind) =>
      shapes.map(
        (shape) => () =>
          report.case(
            `cosign accepts our ${shape} ${kind} with ${spec}${hash ? ` and ${hash}` : ''} as the documentation says`,
            async () => {
              const subject = await world.subject({ registry, kind, shape });
              const { publicPath: key, publicKey } = await broker.key(spec);
              const signer = broker.signer(spec);
              await weSign(oci, subject, { signer, shapes: [shape], ...(hash && { digestAlgorithm: hash }) });
              await weAccept(oci, subject, { keys: [{ publicKey, ...named }] });
              const more = flagsFor(hash);
              for (const judge of versions)
                if (knows(judge, kind, shape) && canJudge(judge, kind, hash)) {
                  await theyAccept(cosign, judge, subject, { key, more });
                  if (more.length > 0) await theyRefuse(cosign, judge, subject, /./, { key });
                }
            },
          ),
      ),
    );
  });
  await atMost(2, tasks);

  for (const [spec, hash] of [
    ['ec-p384', 'sha384'],
    ['ec-p521', 'sha512'],
  ] as const) {
    const { privatePath, publicPath: key, publicKey } = await makeLocalKey(cosign, spec);
    for (const version of versions)
      for (const shape of shapes.filter((one) => knows(version, 'image', one)))
        await report.case(`we accept what ${version} signs with ${spec} of its own, ${shape}, by its hash only`, async () => {
          const subject = await world.subject({ registry, kind: 'image', shape });
          await cosign.must(version, signArguments(cosign, version, { key: privatePath, predicate: provenance }, subject));
          // 2.5 signs SHA-256 whatever the curve.
          const [its, other] = version === 'cosign' ? [hash, 'sha256' as const] : ['sha256' as const, hash];
          await theyAccept(cosign, version, subject, { key, more: flagsFor(its) });
          await weAccept(oci, subject, { keys: [{ publicKey, hash: its }] });
          await weRefuse(oci, subject, 'no-trusted-key', { keys: [{ publicKey, hash: other }] });
        });
  }
}
