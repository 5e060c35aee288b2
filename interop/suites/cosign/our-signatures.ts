import { atMost } from './at-most.js';
import { theyAccept, theyRefuse } from './calls.js';
import { weAccept } from './judges.js';
import { weSign } from './ours.js';
import type { World } from './world.js';

/** What we sign with keys of the broker each version accepts in each shape, and with another key does not. */
export async function ourSignatures(world: World): Promise<void> {
  const { report, oci, cosign, broker, stranger } = world;
  await atMost(
    2,
    world.cells().map((cell) => () => {
      const { version, kind, spec, title } = cell;
      return report.case(`${version} accepts what we sign: ${title}`, async () => {
        const subject = await world.subject(cell);
        const { publicPath: key, publicKey } = await broker.key(spec);
        await weSign(oci, subject, { signer: broker.signer(spec), annotations: { commit: '4f2a9c1', weird: '<ü&>' } });
        const more = kind === 'image' ? ['-a', 'commit=4f2a9c1', '-a', 'weird=<ü&>'] : [];
        await theyAccept(cosign, version, subject, { key, more });
        await theyRefuse(cosign, version, subject, /./, { key: stranger.publicPath });
        await weAccept(oci, subject, { keys: [{ publicKey }] });
      });
    }),
  );
}
