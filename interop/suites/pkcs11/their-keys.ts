import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { KeyBackend, KeyRef, KeySpec, SignatureAlgorithm } from '@securosys/core';
import { judgeOf } from './judge.js';
import type { MadeKey, MadeToken } from './tokens.js';
import { algorithms, specs, type World } from './world.js';

/** One signature at the backend, where nobody is asked. */
export async function signed(
  backend: KeyBackend,
  key: KeyRef,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
): Promise<Uint8Array> {
  const result = await backend.begin({ kind: 'sign', key, algorithm, input: { message } });
  assert.ok('done' in result);
  return result.done;
}

/** How we name a key that another program made. */
export const refOf = ({ id }: MadeKey): KeyRef => ({ id: new Uint8Array(Buffer.from(id, 'hex')) });

/** Keys of a token that others made, each described as they show it and used with its algorithms. */
async function useKeys({ report, open }: World, token: MadeToken, name: string, maker: string): Promise<void> {
  const backend = await open(token);
  for (const spec of specs) {
    const made = token.keys[spec];
    if (!made) continue;
    await report.case(`${name}: the ${spec} key of ${maker} is described as ${maker} shows it`, async () => {
      const found = await backend.describeKey(refOf(made));
      assert.equal(found.spec, spec);
      assert.deepEqual(Buffer.from(found.spki), Buffer.from(made.spki));
      assert.ok(found.usages.includes('sign'), found.usages.join());
      assert.equal(found.assurance, 'self-reported');
    });
    for (const algorithm of algorithms[spec])
      await report.case(`${name}: what we sign by ${algorithm} with the ${spec} key of ${maker} verifies`, async () => {
        const judge = judgeOf(made.spki, algorithm);
        await Promise.all(
          Array.from({ length: 8 }, async (_, at) => {
            const message = randomBytes(40 + at);
            assert.ok(judge(message, await signed(backend, refOf(made), algorithm, message)));
          }),
        );
      });
  }
  await report.case(`${name}: all keys of ${maker} are listed`, async () => {
    const listed: (KeySpec | undefined)[] = [];
    for await (const { spec } of backend.listKeys()) listed.push(spec);
    for (const spec of Object.keys(token.keys)) assert.ok(listed.includes(spec as KeySpec), `${spec}: ${listed}`);
  });
}

export async function theirKeys(world: World): Promise<void> {
  await useKeys(world, world.softhsm, 'SoftHSM2', 'pkcs11-tool');
  await useKeys(world, world.nss, 'NSS', 'certutil');
}
