import assert from 'node:assert/strict';
import { cosignTrust, signImage, verifyImage } from '@securosys/sign';
import { type Subject, signArguments, theyAccept, theyRefuse } from './calls.js';
import { versions } from './cosign.js';
import { weRefuse } from './judges.js';
import { knows, shapes } from './shapes.js';
import type { World } from './world.js';

const asSubject = (name: string, shape: Subject['shape']): Subject => ({ name, kind: 'image', shape });

/** An index with all that it lists, and an index alone. */
export async function indexes(world: World): Promise<void> {
  const { report, registries, oci, cosign, broker, localKeys, samples, provenance } = world;
  const ours = await broker.key('ec-p256');
  const local = localKeys['ec-p256'];
  const recursive = async (index: string, images: readonly string[], publicKey: string): Promise<void> => {
    const trust = cosignTrust({ keys: [{ publicKey }] });
    const { report: verified } = await verifyImage(index, { trust, oci, manifests: 'all' });
    assert.deepEqual(
      verified.manifests.map(({ reference }) => reference),
      [index, ...images],
    );
  };
  for (const registry of registries) {
    await report.case(`both versions accept an index that we sign with all that it lists, on ${registry.name}`, async () => {
      const { index, images } = await samples.index(registry);
      const signed = await signImage(index, { signer: broker.signer('ec-p256'), format: 'cosign', oci, manifests: 'all' });
      assert.equal(signed.manifests.length, 3);
      for (const version of versions)
        for (const shape of shapes.filter((one) => knows(version, 'image', one)))
          for (const name of [index, ...images])
            await theyAccept(cosign, version, asSubject(name, shape), { key: ours.publicPath });
      await recursive(index, images, ours.publicKey);
    });
    await report.case(`both versions refuse what is listed by an index that we signed alone, on ${registry.name}`, async () => {
      const { index, images } = await samples.index(registry);
      await signImage(index, { signer: broker.signer('ec-p256'), format: 'cosign', oci });
      for (const version of versions) {
        await theyAccept(cosign, version, asSubject(index, 'legacy'), { key: ours.publicPath });
        const [image = ''] = images;
        await theyRefuse(cosign, version, asSubject(image, 'legacy'), /no signatures found/, { key: ours.publicPath });
      }
      await assert.rejects(recursive(index, images, ours.publicKey), { code: 'ERR_NOT_TRUSTED' });
    });
    for (const version of versions)
      for (const shape of shapes.filter((one) => knows(version, 'image', one)))
        await report.case(`we accept what ${version} sign -r signs, ${shape} on ${registry.name}`, async () => {
          const { index, images } = await samples.index(registry);
          const call = { key: local.privatePath, predicate: provenance, more: ['-r'] };
          await cosign.must(version, signArguments(cosign, version, call, asSubject(index, shape)));
          await recursive(index, images, local.publicKey);
          const other = asSubject(index, shape);
          await weRefuse(oci, other, 'no-trusted-key', { keys: [{ publicKey: ours.publicKey }] });
        });
  }
}
