import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { dctFormat, prepareTags, publishUpdate } from '@securosys/dct';
import { approverKeyFromPrivateKey, createApprover } from '@securosys/tsb-client';
import { NotaryClient } from './client.js';
import { createPeoplesKey } from './quorum-key.js';
import { manifestOf, ourRepository, partKey, signParts, type World } from './world.js';

/** Two of three people approve what the bytes say of the tags. */
export async function people(world: World): Promise<void> {
  const { report, scope, servers, broker } = world;
  const [real] = servers;
  if (!real) return;
  await report.case('two of three people approve the tags that they are shown, and the client lists them', async () => {
    const three = await createPeoplesKey(world, 'people');
    const keys = {
      root: await partKey(broker.backend, 'ec-p256'),
      targets: await partKey(broker.backend, 'ec-p384'),
      signer: await partKey(broker.backend, 'people'),
    };
    const own = await ourRepository(world, real, keys);
    const manifest = manifestOf('approved');
    const prepared = prepareTags(await own.verify(), { set: { v1: manifest } }, { publicKey: keys.signer.info.spki });
    let done = false;
    const signing = signParts(prepared, [keys.signer]).finally(() => {
      done = true;
    });
    const shown: string[] = [];
    const person = async ({ privateKey }: (typeof three)[number]) => {
      const { url, tsb } = broker.emulator;
      const approver = createApprover({
        url,
        auth: broker.auth,
        key: approverKeyFromPrivateKey(privateKey),
        formats: [dctFormat],
        pinnedTimestampKey: tsb.timestampKey,
        attestationKeys: [tsb.attestationKey],
      });
      for (; !done; await sleep(100))
        for (const task of await approver.tasks()) {
          if (task.keyLabel !== 'people') continue;
          shown.push(String(task.facts?.details?.['tag v1']));
          await approver.approve(task);
        }
      await approver.close();
    };
    const [update] = await Promise.all([signing, ...three.slice(0, 2).map(person)]);
    await publishUpdate(own.server, update);
    assert.ok(shown.length >= 4 && shown.every((text) => text === `${manifest.digest} (${manifest.size} bytes)`), shown.join());
    const client = await NotaryClient.create(scope, real);
    assert.deepEqual(
      (await client.list(own.gun)).map(({ tag }) => tag),
      ['v1'],
    );
  });
}
