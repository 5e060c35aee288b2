import { createOci } from '@securosys/oci';
import { createMemoryRegistry } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { prepareSigner, prepareTags } from '../../../dct/src/index.js';
import { ownKey, start, world } from '../../../dct/test/support/world.js';
import { type DctTrustOptions, dctTrust, evaluateImage, verifyImage } from '../../src/index.js';

const image = 'registry.example/team/app';

async function signedWorld() {
  const own = await world();
  const registry = createMemoryRegistry();
  const good = registry.addImage(`${image}:1`);
  await own.tags({ set: { '1': { digest: good.digest, size: good.size } } });
  const oci = createOci({ fetch: registry.fetch });
  const clock = { now: () => start, sleep: async () => undefined };
  const trust = (options: Partial<DctTrustOptions> = {}) =>
    dctTrust({ root: { certificate: own.rootCertificate }, server: () => own.server, ...options });
  return { own, registry, good, call: { oci, clock }, trust };
}

describe('an image by Docker Content Trust', () => {
  it('is what the signed tag stands for, whatever the registry’s tag names by now', async () => {
    const { registry, good, call, trust } = await signedWorld();
    const other = registry.addImage(`${image}:1`, { content: 'other' });
    expect(other.digest).not.toBe(good.digest);
    const verified = await verifyImage(`${image}:1`, { trust: trust(), ...call });
    expect([verified.reference, verified.signers]).toEqual([`${image}@${good.digest}`, ['targets/ci']]);
    expect((await verifyImage(`${image}@${good.digest}`, { trust: trust(), ...call })).descriptor.size).toBe(good.size);
    await expect(verifyImage(`${image}@${other.digest}`, { trust: trust(), ...call })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
      details: { reason: 'not-signed' },
    });
  });

  it('is not trusted when the registry has lost it, or has it in another size', async () => {
    const { own, good, call, trust } = await signedWorld();
    expect(await evaluateImage(`${image}:v1`, { trust: trust(), ...call })).toMatchObject({ reason: { code: 'missing-image' } });
    await own.tags({ set: { '1': { digest: good.digest, size: good.size + 1 } } });
    expect(await evaluateImage(`${image}:1`, { trust: trust(), ...call })).toMatchObject({ reason: { code: 'size-differs' } });
  });

  it('needs the signer that is demanded', async () => {
    const { own, good, call, trust } = await signedWorld();
    const second = ownKey('ec-p256', 'dct second signer');
    await own.publish(prepareSigner(await own.verify(), { signer: 'second', publicKey: second.spki }));
    const both = { trust: trust({ signers: ['ci', 'second'] }), ...call };
    expect(await evaluateImage(`${image}:1`, both)).toMatchObject({ reason: { code: 'signer-missing' } });
    const set = { '1': { digest: good.digest, size: good.size } };
    await own.publish(prepareTags(await own.verify(), { set }, { publicKey: second.spki }));
    expect((await verifyImage(`${image}:1`, both)).signers).toEqual(['targets/ci', 'targets/second']);
  });

  it('by its digest is what any of its tags says: none of them can spoil the others', async () => {
    const { own, good, call, trust } = await signedWorld();
    const second = ownKey('ec-p256', 'dct second signer');
    await own.publish(prepareSigner(await own.verify(), { signer: 'second', publicKey: second.spki }));
    const set = { '0': { digest: good.digest, size: good.size + 1 } };
    await own.publish(prepareTags(await own.verify(), { set }, { publicKey: second.spki }));
    const reference = `${image}@${good.digest}`;
    for (const signers of [[], ['ci']])
      expect(await evaluateImage(reference, { trust: trust({ signers }), ...call })).toMatchObject({
        verdict: 'trusted',
        tag: { tag: '1' },
      });
    expect(await evaluateImage(reference, { trust: trust({ signers: ['second'] }), ...call })).toMatchObject({
      reason: { code: 'size-differs' },
    });
  });

  it('is not trusted when its metadata is not', async () => {
    const { own, call, trust } = await signedWorld();
    own.server.files.delete('timestamp');
    expect(await evaluateImage(`${image}:1`, { trust: trust(), ...call })).toMatchObject({
      verdict: 'not-trusted',
      reason: { code: 'metadata' },
    });
  });

  it('takes no layouts and no options of other trusts', async () => {
    const { call, trust } = await signedWorld();
    await expect(evaluateImage('oci:./x:1', { trust: trust(), ...call })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const options = { trust: trust(), ...call, manifests: 'all' } as never;
    await expect(evaluateImage(`${image}:1`, options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
