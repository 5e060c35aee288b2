import { atMost } from './at-most.js';
import { signArguments, theyAccept } from './calls.js';
import { versions } from './cosign.js';
import { weAccept, weRefuse } from './judges.js';
import { knows } from './shapes.js';
import type { World } from './world.js';

/** What cosign signs with a key of its own is accepted by cosign and by us, and with another key by neither. */
export async function theirSignatures(world: World): Promise<void> {
  const { report, oci, cosign, localKeys, stranger, provenance } = world;
  await atMost(
    2,
    world.cells().map((cell) => () => {
      const { version, kind, shape, spec, title } = cell;
      return report.case(`all accept what ${version} signs: ${title}`, async () => {
        const subject = await world.subject(cell);
        const { privatePath: key, publicPath, publicKey } = localKeys[spec];
        await cosign.must(version, signArguments(cosign, version, { key, predicate: provenance }, subject));
        for (const judge of versions)
          if (knows(judge, kind, shape)) await theyAccept(cosign, judge, subject, { key: publicPath });
        await weAccept(oci, subject, { keys: [{ publicKey }] });
        await weRefuse(oci, subject, 'no-trusted-key', { keys: [{ publicKey: stranger.publicKey }] });
      });
    }),
  );
}
