import { SignError } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ManifestProgress, signImage, verifyImage } from '../src/index.js';
import { approveAll, createWorld, tagged, type World } from './helpers.js';

const sign = (world: World, format: unknown, more: object = {}) =>
  signImage(tagged, { signer: world.signer(), format, oci: world.oci, clock: world.clock, ...more } as never);
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

describe('several formats in one call', () => {
  it('each has its own request, all are submitted before any is waited for, and every signature is attached', async () => {
    const world = await createWorld();
    const formats = ['notation-jws', { format: 'notation-cose', expiry: '90d' }];
    const error = await thrown(sign(world, formats));
    expect(error.code).toBe('ERR_APPROVAL_PENDING');
    expect((error.details.manifests as ManifestProgress[]).map(({ status }) => status)).toEqual(['pending', 'pending']);
    expect(world.tsb.requests).toHaveLength(2);
    await approveAll(world);
    const { manifests } = await sign(world, formats);
    expect(manifests.map(({ format }) => format)).toEqual(['notation-jws', 'notation-cose']);
    expect(world.tsb.requests).toHaveLength(2);
    const { signers } = await verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
    expect(signers.map(({ expiresAt }) => expiresAt !== undefined).sort()).toEqual([false, true]);
  });

  it('an entry may have a key of its own', async () => {
    const [world, other] = [await createWorld({ approvals: false }), await createWorld({ approvals: false })];
    await sign(world, ['notation-jws', { format: 'notation-jws', signer: other.signer() }]);
    const verified = async ({ trust }: World) => verifyImage(tagged, { trust: trust(), oci: world.oci, clock: world.clock });
    expect((await verified(world)).signers).toHaveLength(1);
    expect((await verified(other)).signers).toHaveLength(1);
  });

  let plain: World;
  beforeAll(async () => {
    plain = await createWorld();
  });

  it.each<[string, unknown]>([
    ['no format', []],
    ['an unknown format', ['notation-jws', 'notary']],
    ['the same signature twice', ['notation-jws', 'notation-jws']],
    ['an option that nothing has', [{ format: 'notation-jws', expires: '90d' }]],
    ['an entry without a name', [{ expiry: '90d' }]],
    ['an entry that is nothing', [null]],
    ['a signer that is none', [{ format: 'notation-jws', signer: {} }]],
    ['a timestamper that is none', [{ format: 'notation-jws', timestamper: {} }]],
  ])('%s is refused before anybody is asked', async (_, format) => {
    expect((await thrown(sign(plain, format))).code).toBe('ERR_INVALID_ARGUMENT');
    expect(plain.tsb.requests).toHaveLength(0);
  });
});
