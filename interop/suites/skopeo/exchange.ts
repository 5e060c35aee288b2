import assert from 'node:assert/strict';
import { decryptImage, encryptImage } from '@securosys/ocicrypt';
import { commandWay, serviceWay } from './providers.js';
import { versions } from './skopeo.js';
import { jweWay, pkcs7Way, pkcs11Way, type Way } from './ways.js';
import { places, type World } from './world.js';

/** Every kind of recipient once. */
async function allWays({ scope, broker, token }: World): Promise<Way[]> {
  const [rsa, ec] = [token.keys.slice(0, 1), token.keys.slice(1)];
  return [
    await commandWay(scope, { holder: broker, keys: broker.keys.slice(0, 1) }),
    await commandWay(scope, { holder: token, keys: rsa }),
    await serviceWay(scope, { holder: broker, keys: broker.keys.slice(0, 1) }),
    await serviceWay(scope, { holder: token, keys: rsa }),
    await serviceWay(scope, { holder: token, keys: ec }),
    await commandWay(scope, { holder: broker, keys: broker.symmetric }),
    await commandWay(scope, { holder: token, keys: token.symmetric }),
    await serviceWay(scope, { holder: token, keys: token.symmetric }),
    await jweWay(scope, 'RSA'),
    await jweWay(scope, 'EC'),
    await pkcs7Way(scope),
    await pkcs11Way(scope, token),
  ];
}

/** What we encrypt skopeo decrypts, and the other way round: the first digest is there again. */
export async function exchange(world: World): Promise<void> {
  const { report, oci, samples, skopeo, target, digestOf, mustBeEncrypted } = world;
  const plain = await samples.image(['gzip', 'zstd']);
  const digest = await digestOf(plain);
  for (const way of await allWays(world))
    for (const version of versions)
      for (const place of places) {
        await report.case(`${version} decrypts in a ${place} what we encrypt: ${way.name}`, async () => {
          const [encrypted, decrypted] = [target(place), target(place)];
          await encryptImage(oci.open(plain), oci.open(encrypted), { recipients: [way.recipient], tag: 'it' });
          await mustBeEncrypted(encrypted);
          await skopeo.mustCopy(version, encrypted, decrypted, way.decrypt);
          assert.equal(await digestOf(decrypted), digest);
        });
        await report.case(`we decrypt in a ${place} what ${version} encrypts: ${way.name}`, async () => {
          const [encrypted, decrypted] = [target(place), target(place)];
          await skopeo.mustCopy(version, plain, encrypted, way.encrypt);
          await mustBeEncrypted(encrypted);
          const report = await decryptImage(oci.open(encrypted), oci.open(decrypted), { openers: [way.opener], tag: 'it' });
          assert.equal(report.descriptor.digest, digest);
          assert.equal(await digestOf(decrypted), digest);
        });
      }
}
