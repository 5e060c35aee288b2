import assert from 'node:assert/strict';
import { decryptImage, encryptImage } from '@securosys/ocicrypt';
import { serviceWay } from './providers.js';
import { type SkopeoKeys, versions } from './skopeo.js';
import type { Way } from './ways.js';
import { places, type World } from './world.js';

interface Shape {
  readonly name: string;
  /** An image that nothing has encrypted. */
  readonly plain: string;
  /** What skopeo is told beside keys. */
  readonly more: readonly string[];
}

/** Both directions for one image, with one kind of recipient. */
async function bothWays(world: World, { name, plain, more }: Shape, way: Way): Promise<void> {
  const { report, oci, skopeo, target, digestOf, mustBeEncrypted } = world;
  const digest = await digestOf(plain);
  const with_ = ({ args, env }: SkopeoKeys): SkopeoKeys => ({ args: [...more, ...args], env });
  for (const version of versions)
    for (const place of places) {
      await report.case(`${version} decrypts ${name} in a ${place} that we encrypt`, async () => {
        const [encrypted, decrypted] = [target(place), target(place)];
        await encryptImage(oci.open(plain), oci.open(encrypted), { recipients: [way.recipient], tag: 'it' });
        await mustBeEncrypted(encrypted);
        await skopeo.mustCopy(version, encrypted, decrypted, with_(way.decrypt));
        assert.equal(await digestOf(decrypted), digest);
      });
      await report.case(`we decrypt ${name} in a ${place} that ${version} encrypts`, async () => {
        const [encrypted, decrypted] = [target(place), target(place)];
        await skopeo.mustCopy(version, plain, encrypted, with_(way.encrypt));
        await mustBeEncrypted(encrypted);
        const { descriptor } = await decryptImage(oci.open(encrypted), oci.open(decrypted), { openers: [way.opener], tag: 'it' });
        assert.equal(descriptor.digest, digest);
      });
    }
}

/** Several platforms at once, and a layer that our threads work on. */
export async function imageShapes(world: World): Promise<void> {
  const { scope, broker, samples } = world;
  const way = await serviceWay(scope, { holder: broker, keys: broker.keys.slice(0, 1) });
  for (const compressions of [['gzip'], ['gzip', 'zstd']] as const) {
    const plain = await samples.index(['linux/amd64', 'linux/arm64'], compressions);
    const name = `an index of two platforms (${compressions.join(' and ')})`;
    await bothWays(world, { name, plain, more: ['--all'] }, way);
  }
  const large = await samples.image(['gzip'], 9 * 1024 * 1024);
  await bothWays(world, { name: 'a layer of 9 MiB', plain: large, more: [] }, way);
}
