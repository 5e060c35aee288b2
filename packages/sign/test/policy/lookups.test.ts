import type { SigningIntent } from '@securosys/core';
import {
  evaluatePolicy,
  type SigningPolicyAttestation,
  type SigningPolicyRequirements,
  signingPolicy,
} from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { cosignPublicKeyPem, signImage } from '../../src/index.js';
import type { CosignWorld } from '../cosign/world.js';
import { repositoryName, tagged } from '../helpers.js';
import { attestIntents, cosignIntents, cosignWorld, notationIntents, notationWorld } from './intents.js';

const builder = 'https://ci.example/builder';
const provenance = (id: string) => ({
  buildDefinition: { buildType: 'https://ci.example/type', externalParameters: {} },
  runDetails: { builder: { id } },
});
const placed = (intents: readonly SigningIntent[]): SigningIntent => ({
  ...(intents[0] as SigningIntent),
  target: { repository: repositoryName, tag: '1.4' },
});
const judge = (require: SigningPolicyRequirements, intent: SigningIntent, options: Parameters<typeof evaluatePolicy>[2]) =>
  evaluatePolicy(signingPolicy({ version: 1, rules: [{ name: 'release', require }] }), intent, options);

describe('required attestations', () => {
  const needs = async (
    world: CosignWorld,
    change: Partial<SigningPolicyAttestation> = {},
  ): Promise<SigningPolicyRequirements> => ({
    attestations: [
      { predicateType: 'slsaprovenance1', builders: [builder], keys: [cosignPublicKeyPem(await world.spki('ci'))], ...change },
    ],
  });

  it('only provenance by the builder and by the trusted key allows', async () => {
    const world = await cosignWorld();
    const intent = placed(await cosignIntents(world));
    const run = async (change: Partial<SigningPolicyAttestation> = {}) =>
      judge(await needs(world, change), intent, { oci: world.oci, clock: world.clock });
    expect(await run()).toMatchObject({
      verdict: 'refused',
      requirement: 'attestations',
      reason: expect.stringContaining('has none'),
    });
    await attestIntents(world, 'slsaprovenance1', provenance(builder), 'other');
    expect(await run()).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('has none') });
    await attestIntents(world, 'slsaprovenance1', provenance('https://evil.example/builder'), 'ci');
    expect(await run()).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('has one by https://evil.example/builder'),
    });
    await attestIntents(world, 'slsaprovenance1', provenance(builder), 'ci');
    expect(await run()).toMatchObject({ verdict: 'allowed' });
    expect(await run({ builders: ['https://ci.example/build'] })).toMatchObject({ verdict: 'refused' });
    expect(await run({ builders: [] })).toMatchObject({ verdict: 'refused' });
  });

  it('the caller’s trust counts where the policy names no keys, and nobody’s where there is none', async () => {
    const world = await cosignWorld();
    await attestIntents(world, 'slsaprovenance1', provenance(builder), 'ci');
    const intent = placed(await cosignIntents(world));
    const require: SigningPolicyRequirements = { attestations: [{ predicateType: 'slsaprovenance1', builders: [builder] }] };
    const options = { oci: world.oci, clock: world.clock };
    const trust = await world.trust({ predicateTypes: ['slsaprovenance1'] }, 'ci');
    expect(await judge(require, intent, { ...options, trust })).toMatchObject({ verdict: 'allowed' });
    expect(await judge(require, intent, options)).toMatchObject({ verdict: 'refused' });
  });

  it('what cannot be asked refuses: no registry, no repository, an image that is not there', async () => {
    const world = await cosignWorld();
    const intent = placed(await cosignIntents(world));
    const require = await needs(world);
    const unknown = { rules: [{ requirements: [{ status: 'unknown' }] }] };
    expect(await judge(require, intent, { clock: world.clock })).toMatchObject(unknown);
    const { target: _, ...homeless } = intent;
    expect(await judge(require, homeless, { oci: world.oci, clock: world.clock })).toMatchObject(unknown);
    const elsewhere = { ...intent, target: { repository: 'registry.example/other' } };
    expect(await judge(require, elsewhere, { oci: world.oci, clock: world.clock })).toMatchObject(unknown);
  });
});

describe('notAlreadySigned', () => {
  const require: SigningPolicyRequirements = { notAlreadySigned: true };

  it('cosign: a second signature is refused; another key and another format are not concerned, nor is the one that is being attached', async () => {
    const world = await cosignWorld();
    const options = { oci: world.oci, clock: world.clock };
    await signImage(tagged, { signer: world.signer('other'), format: 'cosign', ...options });
    const intents = await cosignIntents(world);
    const another = await world.backend.describeKey({ label: 'ci' });
    const differing = await cosignIntents(world, { annotations: { build: '42' } });
    expect([intents.length, differing.length]).toEqual([2, 2]);
    for (const intent of intents) {
      // Both are attached now: with the other annotations there, each is a second one.
      const refused = { verdict: 'refused', reason: expect.stringContaining('has signed this one already') };
      expect(await judge(require, placed([intent]), options)).toMatchObject(refused);
      expect(await judge(require, { ...placed([intent]), key: another }, options)).toMatchObject({ verdict: 'allowed' });
    }
    const fresh = await cosignWorld();
    for (const intent of await cosignIntents(fresh))
      expect(await judge(require, placed([intent]), { oci: fresh.oci, clock: fresh.clock })).toMatchObject({
        verdict: 'allowed',
      });
  });

  it('attestations: a second statement of the type is refused, another type is not, nor the very same statement', async () => {
    const world = await cosignWorld();
    const options = { oci: world.oci, clock: world.clock };
    const [one, two] = ['https://example.com/one/v1', 'https://example.com/two/v1'];
    const first = placed(await attestIntents(world, one, { by: 'a' }));
    expect(await judge(require, first, options)).toMatchObject({ verdict: 'allowed' });
    const other = placed(await attestIntents(world, two, { by: 'a' }));
    expect(await judge(require, other, options)).toMatchObject({ verdict: 'allowed' });
    const second = placed(await attestIntents(world, one, { by: 'b' }));
    expect(await judge(require, second, options)).toMatchObject({ verdict: 'refused' });
    expect(await judge(require, other, options)).toMatchObject({ verdict: 'allowed' });
  });

  it('Notary: a second signature is refused, the one that is being attached is not', async () => {
    const world = await notationWorld();
    const options = { oci: world.oci, clock: world.clock };
    const first = placed(await notationIntents(world));
    expect(await judge(require, first, options)).toMatchObject({ verdict: 'allowed' });
    world.clock.advance(5_000);
    const second = placed(await notationIntents(world));
    expect(await judge(require, second, options)).toMatchObject({ verdict: 'refused' });
    const [cose] = await notationIntents(world, { format: 'notation-cose' });
    expect(await judge(require, placed([cose as SigningIntent]), options)).toMatchObject({ verdict: 'allowed' });
  });

  it('without a registry nobody knows', async () => {
    const world = await cosignWorld();
    expect(await judge(require, placed(await cosignIntents(world)), { clock: world.clock })).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('no registry can be asked'),
    });
  });
});
