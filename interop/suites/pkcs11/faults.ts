import assert from 'node:assert/strict';
import { buildFaultModule } from '../../../packages/pkcs11/test/fault-module/fault-module.js';
import type { FunctionName } from '../../../packages/pkcs11/test/fault-module/functions.js';
import { returnValues } from './return-values.js';
import { answerOf, runChild } from './run-child.js';
import type { MadeToken } from './tokens.js';
import type { World } from './world.js';

/** Where return values are injected: what is being done, and the calls that it makes. */
const places: Readonly<Record<string, readonly FunctionName[]>> = {
  sign: ['C_SignInit', 'C_Sign'],
  find: ['C_FindObjectsInit', 'C_FindObjects', 'C_FindObjectsFinal', 'C_GetAttributeValue'],
  login: ['C_Login'],
  open: ['C_GetSlotList', 'C_GetTokenInfo', 'C_OpenSession'],
};

/** NSS is held against the calls that matter most of each place. */
const onNss: readonly FunctionName[] = ['C_Sign', 'C_FindObjects', 'C_Login', 'C_OpenSession'];

interface Answer {
  readonly injected: number;
  readonly results: number;
  readonly errors: number;
  readonly problems: readonly string[];
}

/** Every return value of the map at each place: a result or a typed error, and a backend that is whole afterwards. */
export async function faults({ report, scope, softhsm, nss }: World): Promise<void> {
  const on = async (module: string, token: MadeToken) => {
    const fault = buildFaultModule(token.module);
    scope.defer(() => fault.remove());
    const behind = { ...token, module: fault.path };
    for (const [place, names] of Object.entries(places))
      for (const name of names.filter((one) => token === softhsm || onNss.includes(one))) {
        const count = Object.keys(returnValues).length;
        await report.case(
          `${module}: each of ${count} return values of ${name} while we ${place} is a result or a typed error`,
          async () => {
            const finished = await runChild('faults', { token: behind, mode: `${place} ${name}`, timeoutMs: 580_000 });
            const { injected, problems } = answerOf<Answer>(finished);
            assert.deepEqual(problems, []);
            assert.ok(injected >= count, `${injected} injected`);
          },
          600_000,
        );
      }
  };
  // They wait more than they work, and share nothing.
  await Promise.all([on('SoftHSM2', softhsm), on('NSS', nss)]);
}
