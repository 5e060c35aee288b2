import { expectOwnMemory } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { FakeNotary } from '../support/fake-notary.js';
import { gun, ownKey, rootCertificate, signUpdate, start, world } from '../support/world.js';

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  dctKey: async () => api.dctKey((await world()).signer.spki).spki,
  verifyRepository: async () => (await (await world()).verify()).root.message,
  prepareTags: async () => {
    const own = await world();
    const prepared = api.prepareTags(await own.verify(), {}, { publicKey: own.signer.spki });
    return [prepared.parts, signUpdate(prepared)];
  },
  prepareSigner: async () => {
    const own = await world();
    return api.prepareSigner(await own.verify(), { signer: 'other', publicKey: own.root.spki }).parts;
  },
  prepareRepository: async () => {
    const key = ownKey('ec-p256', 'dct root');
    const options = { rootCertificate: await rootCertificate(key), targetsKey: key.spki, now: start };
    return (await api.prepareRepository(new FakeNotary(gun, start), options)).parts;
  },
};

/** Functions that give out no bytes of their own, or those that they were given. */
const others = [
  'dctCertificateKey',
  'dctFormat',
  'dctTrust',
  'findTag',
  'forgetRepository',
  'inspectRepository',
  'openNotaryServer',
  'partRole',
  'prepareRootRotation',
  'prepareServerRotation',
  'prepareSignerRemoval',
  'prepareTargetsRotation',
  'publishUpdate',
  'reportText',
  'tagsOf',
  'updateChanges',
  'updatedFiles',
];

describe('S39: what functions give out has memory of its own', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(await expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every function is looked at', () => {
    expect([...Object.keys(samples), ...others].sort()).toEqual(Object.keys(api).sort());
  });
});
