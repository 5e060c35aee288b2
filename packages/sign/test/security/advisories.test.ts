import { describe, expect, it } from 'vitest';
import { evaluateImage, signImage, verifyImage } from '../../src/index.js';
import { createWorld, pushImage, pushIndex, repositoryName, tagged, type World } from '../helpers.js';

/** Names another object by the tag after each lookup: what a check sees, nobody who looks again gets. */
function alternate(world: World, tag: string, digests: readonly string[]): void {
  let lookups = 0;
  world.registry.faults.push((request) => {
    if (request.url.endsWith(`/manifests/${tag}`)) world.registry.tags.set(`app:${tag}`, digests[lookups++ % 2] as string);
    return undefined;
  });
}

describe('the image that is checked is the image that is run', () => {
  it('CVE-2022-47633, CVE-2023-47630: a registry that names another image at every look gets one look, and the verdict is about what it showed', async () => {
    const world = await createWorld({ approvals: false });
    const { oci, clock } = world;
    await signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci, clock });
    const evil = await pushImage(oci, `${repositoryName}:evil`, 'evil');
    alternate(world, '1.4', [world.digest, evil]);
    const options = { trust: world.trust(), oci, clock };
    expect((await verifyImage(tagged, options)).reference).toBe(`${repositoryName}@${world.digest}`);
    expect(await evaluateImage(tagged, options)).toMatchObject({ verdict: 'not-trusted', descriptor: { digest: evil } });
  });

  it('CVE-2022-47633, CVE-2023-47630: the children that are judged are those of the index that is run', async () => {
    const world = await createWorld({ approvals: false });
    const { oci, clock } = world;
    const at = `${repositoryName}:multi`;
    const good = await pushIndex(oci, at, ['linux/amd64']);
    await signImage(at, { signer: world.signer(), format: 'notation-jws', oci, clock, manifests: 'children' });
    const other = await pushIndex(oci, at, ['linux/arm64']);
    alternate(world, 'multi', [good.digest, other.digest]);
    const options = { trust: world.trust(), oci, clock, manifests: 'children' } as const;
    expect((await verifyImage(at, options)).reference).toBe(`${repositoryName}@${good.digest}`);
    expect((await evaluateImage(at, options)).manifests).toMatchObject([
      { verdict: 'not-trusted', descriptor: { digest: other.children['linux/arm64'] } },
    ]);
  });
});
