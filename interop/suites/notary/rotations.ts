import assert from 'node:assert/strict';
import { prepareRootRotation, prepareServerRotation, prepareTargetsRotation } from '@securosys/dct';
import { NotaryClient } from './client.js';
import { believed, manifestOf, ourRepository, partKey, rootCertificate, type World } from './world.js';

/** Every key is replaced, and a client that knew the repository before goes on. */
export async function rotations(world: World): Promise<void> {
  const { report, scope, servers, token } = world;
  for (const real of servers)
    await report.case(
      `${real.name}: snapshot, timestamp, targets and root are replaced; old and new clients read on`,
      async () => {
        const { backend } = token;
        const keys = {
          root: await partKey(backend, 'ec-p256'),
          targets: await partKey(backend, 'ec-p384'),
          signer: await partKey(backend, 'rsa-2048'),
        };
        const [nextTargets, nextRoot] = [await partKey(backend, 'rsa-3072'), await partKey(backend, 'rsa-2048')];
        const own = await ourRepository(world, real, keys);
        await own.sign({ set: { v1: manifestOf('one') } }, keys.signer);
        const old = await NotaryClient.create(scope, real);
        await old.list(own.gun);
        await own.publish(await prepareServerRotation(await own.verify(), own.server, 'snapshot'), [keys.root]);
        await own.publish(await prepareServerRotation(await own.verify(), own.server, 'timestamp'), [keys.root]);
        await own.publish(prepareTargetsRotation(await own.verify(), nextTargets.info.spki), [keys.root, nextTargets]);
        const certificate = await rootCertificate(nextRoot, own.gun);
        await own.publish(prepareRootRotation(await own.verify(), certificate), [keys.root, nextRoot]);
        for (const client of [old, await NotaryClient.create(scope, real)])
          assert.deepEqual(
            (await client.list(own.gun)).map(({ tag }) => tag),
            ['v1'],
          );
        for (const pin of [own.pin, { certificate }]) assert.deepEqual(Object.keys(believed(await own.verify(pin))), ['v1']);
      },
    );
}
