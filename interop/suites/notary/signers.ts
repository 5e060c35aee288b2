import assert from 'node:assert/strict';
import { NotaryClient } from './client.js';
import { believed, manifestOf, ourRepository, partKey, type World } from './world.js';

/** Root and delegation keys of every kind, from a broker and from a token: the original client lists and verifies what we published. */
export async function signers(world: World): Promise<void> {
  const { report, scope, servers, broker, token } = world;
  for (const real of servers)
    for (const holder of [broker, token])
      for (const [root, signer] of [
        ['ec-p256', 'rsa-3072'],
        ['rsa-2048', 'ec-p256'],
        ['ec-p256', 'ec-p384'],
        ['rsa-3072', 'ed25519'],
      ] as const)
        await report.case(
          `${real.name}: root ${root}, delegation ${signer} from ${holder.name}: the client lists and verifies`,
          async () => {
            const keys = {
              root: await partKey(holder.backend, root),
              targets: await partKey(holder.backend, 'ec-p256'),
              signer: await partKey(holder.backend, signer),
            };
            const own = await ourRepository(world, real, keys);
            const [one, two] = ['{"one":1}', '{"two":22}'];
            await own.sign({ set: { v1: manifestOf(one), v2: manifestOf(two) } }, keys.signer);
            const client = await NotaryClient.create(scope, real);
            assert.deepEqual(
              (await client.list(own.gun)).map(({ tag, digest, size, role }) => [tag, digest, size, role]),
              [
                ['v1', manifestOf(one).digest, one.length, 'targets/releases'],
                ['v2', manifestOf(two).digest, two.length, 'targets/releases'],
              ],
            );
            const path = await client.writeFile('manifest', one);
            await client.call('verify', own.gun, 'v1', '-i', path, '-q');
            const inSigner = await client.call('list', own.gun, '-r', 'targets/ci');
            assert.match(inSigner, /targets\/ci/);
            await own.sign({ set: { v3: manifestOf('three') }, remove: ['v1'] }, keys.signer);
            assert.deepEqual(Object.keys(believed(await own.verify())), ['v2', 'v3']);
            assert.deepEqual(
              (await client.list(own.gun)).map(({ tag }) => tag),
              ['v2', 'v3'],
            );
          },
        );
}
