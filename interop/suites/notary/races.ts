import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignError } from '@securosys/core';
import { NotaryClient } from './client.js';
import { believed, manifestOf, ourRepository, partKey, type World } from './world.js';

const many = 20;

/** Many sign at once: every tag lands, and each round has one winner. */
export async function races(world: World): Promise<void> {
  const { report, scope, servers, broker } = world;
  for (const real of servers)
    await report.case(
      `${real.name}: of ${many} who sign at once one wins each round, and every tag lands`,
      async () => {
        const keys = {
          root: await partKey(broker.backend, 'ec-p256'),
          targets: await partKey(broker.backend, 'ec-p384'),
          signer: await partKey(broker.backend, 'ec-p256'),
        };
        const own = await ourRepository(world, real, keys);
        let lost = 0;
        await Promise.all(
          Array.from({ length: many }, async (_, at) => {
            const set = { [`v${at}`]: manifestOf(`tag ${at}`) };
            for (let round = 0; round < 200; round++)
              try {
                return await own.sign({ set }, keys.signer);
              } catch (error) {
                const again =
                  SignError.is(error) && ['ERR_CONFLICT', 'ERR_NOT_TRUSTED', 'ERR_DIGEST_MISMATCH'].includes(error.code);
                if (!again) throw error;
                lost++;
                await sleep(10 + Math.random() * 200);
              }
            throw new Error(`v${at} never landed`);
          }),
        );
        assert.ok(lost > 0, 'nobody lost a race, so there was none');
        assert.equal(Object.keys(believed(await own.verify())).length, many);
        assert.equal((await (await NotaryClient.create(scope, real)).list(own.gun)).length, many);
      },
      180_000,
    );
}
