import assert from 'node:assert/strict';
import { SignError } from '@securosys/core';
import { prepareRepository, prepareTags } from '@securosys/dct';
import { believed, manifestOf, ourRepository, partKey, rootCertificate, signParts, type World } from './world.js';

const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (SignError.is(error) ? error.code : String(error)),
  );

/** What the real server refuses, and what we refuse of it. */
export async function refusals(world: World): Promise<void> {
  const { report, servers, broker } = world;
  for (const real of servers) {
    const keys = {
      root: await partKey(broker.backend, 'ec-p256'),
      targets: await partKey(broker.backend, 'ec-p384'),
      signer: await partKey(broker.backend, 'rsa-2048'),
    };
    await report.case(
      `${real.name}: a second initialisation, an old version and a stranger's signature are refused`,
      async () => {
        const own = await ourRepository(world, real, keys);
        const again = { rootCertificate: own.certificate, targetsKey: keys.targets.info.spki, now: Date.now() };
        assert.equal(await code(prepareRepository(own.server, again)), 'ERR_KEY_EXISTS');
        const stale = prepareTags(await own.verify(), { set: { a: manifestOf('a') } }, { publicKey: keys.signer.info.spki });
        const update = await signParts(stale, [keys.signer]);
        await own.sign({ set: { b: manifestOf('b') } }, keys.signer);
        assert.equal(await code(own.server.publish(update.files)), 'ERR_CONFLICT');
        const forged = update.files.map(({ role, bytes }) => ({
          role,
          bytes: new TextEncoder().encode(new TextDecoder().decode(bytes).replace('"version":1}', '"version":9}')),
        }));
        assert.equal(await code(own.server.publish(forged)), 'ERR_NOT_TRUSTED');
        assert.deepEqual(Object.keys(believed(await own.verify())), ['b']);
      },
    );

    await report.case(`${real.name}: another root than the pinned one is refused`, async () => {
      const own = await ourRepository(world, real, keys);
      const stranger = await partKey(broker.backend, 'rsa-3072');
      const certificate = await rootCertificate(stranger, own.gun);
      assert.equal(await code(own.verify({ certificate })), 'ERR_NOT_TRUSTED');
    });
  }
}
