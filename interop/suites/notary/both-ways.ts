import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { prepareSigner, prepareTags, publishUpdate, verifyRepository } from '@securosys/dct';
import { NotaryClient } from './client.js';
import { believed, manifestOf, openServer, ourRepository, partKey, signParts, type World } from './world.js';

/** The client publishes on top of what we published, and we on top of what it published. */
export async function bothWays(world: World): Promise<void> {
  const { report, scope, servers, broker } = world;
  for (const real of servers) {
    await report.case(`${real.name}: the client publishes on top of ours, and we on top of that`, async () => {
      const keys = {
        root: await partKey(broker.backend, 'ec-p256'),
        targets: await partKey(broker.backend, 'ec-p384'),
        signer: await partKey(broker.backend, 'rsa-2048'),
      };
      const own = await ourRepository(world, real, keys);
      await own.sign({ set: { ours: manifestOf('ours') } }, keys.signer);
      const client = await NotaryClient.create(scope, real);
      await client.newSigner('theirs');
      const certificate = await readFile(`${client.folder}/theirs.crt`);
      await own.publish(prepareSigner(await own.verify(), { signer: 'theirs', certificate }), [keys.targets]);
      await client.call('key', 'import', 'theirs.key', '--role', 'theirs', '--gun', own.gun);
      const theirs = manifestOf('theirs');
      await client.sign(own.gun, 'theirs', theirs.digest, theirs.size, ['targets/releases', 'targets/theirs']);
      assert.deepEqual(Object.keys(believed(await own.verify())), ['ours', 'theirs']);
      await own.sign({ set: { more: manifestOf('more') } }, keys.signer);
      assert.deepEqual(
        (await client.list(own.gun)).map(({ tag }) => tag),
        ['more', 'ours', 'theirs'],
      );
    });

    await report.case(`${real.name}: we sign in a repository that the client set up`, async () => {
      const gun = world.gun();
      const client = await NotaryClient.create(scope, real);
      await client.init(gun, 'theirs');
      const theirs = manifestOf('theirs');
      await client.sign(gun, 'theirs', theirs.digest, theirs.size, ['targets/releases', 'targets/theirs']);
      const server = openServer(scope, real, gun);
      const verify = () => verifyRepository({ gun, root: 'first-use', source: server, now: Date.now() });
      const key = await partKey(broker.backend, 'ec-p256');
      const pem = Buffer.from(key.info.spki)
        .toString('base64')
        .match(/.{1,64}/g)
        ?.join('\n');
      await client.writeFile('ours.pub', `-----BEGIN PUBLIC KEY-----\n${pem}\n-----END PUBLIC KEY-----\n`);
      await client.call('delegation', 'add', gun, 'targets/releases', 'ours.pub', '--all-paths');
      await client.call('delegation', 'add', gun, 'targets/ours', 'ours.pub', '--all-paths', '-p');
      const prepared = prepareTags(await verify(), { set: { ours: manifestOf('ours') } }, { publicKey: key.info.spki });
      await publishUpdate(server, await signParts(prepared, [key]));
      assert.deepEqual(
        (await client.list(gun)).map(({ tag, role }) => [tag, role]),
        [
          ['ours', 'targets/releases'],
          ['theirs', 'targets/releases'],
        ],
      );
    });
  }
}
