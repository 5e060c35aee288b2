import { type JsonObject, SignError } from '@securosys/core';
import { createFakeTsa } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attest,
  evaluateAttestations,
  evaluateImage,
  listSignatures,
  signImage,
  verifyAttestation,
  verifyImage,
} from '../../src/index.js';
import { approveAll, createWorld, pushImage, repositoryName, tagged } from '../helpers.js';
import { type CosignWorld, createCosignWorld } from './world.js';

const reviewed = 'https://example.com/reviewed/v1';
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );
const review = (world: CosignWorld, predicate: JsonObject = { by: 'team' }, more: object = {}) =>
  attest(tagged, { signer: world.signer(), predicateType: reviewed, predicate, oci: world.oci, clock: world.clock, ...more });
const verify = async (world: CosignWorld, options: object = { predicateTypes: [reviewed] }, more: object = {}) =>
  verifyAttestation(tagged, { trust: await world.trust(options), oci: world.oci, clock: world.clock, ...more });

describe('an attestation about an image', () => {
  it('is one signature in both shapes, and is given back as it was said', async () => {
    const world = await createCosignWorld();
    const { predicateType, manifests } = await review(world);
    expect(predicateType).toBe(reviewed);
    expect(manifests[0]?.attached).toHaveLength(2);
    const { statements, reference } = await verify(world, { predicateTypes: [reviewed], require: 'both' });
    expect(reference).toBe(`${repositoryName}@${world.digest}`);
    expect(statements).toMatchObject([{ statement: { predicate: { by: 'team' } }, content: { type: 'other' } }]);
    const { signatures } = await listSignatures(tagged, { format: 'cosign', oci: world.oci, clock: world.clock });
    expect(signatures.map(({ shape, contents }) => [shape, contents?.kind])).toEqual([
      ['legacy', 'attestation'],
      ['bundle', 'attestation'],
    ]);
  });

  it('of a known type is told by its short name, and a predicate that is none of it is not signed', async () => {
    const world = await createCosignWorld();
    const predicate = {
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      dataLicense: 'CC0-1.0',
      name: 'app',
      documentNamespace: 'https://example.com/app',
      creationInfo: { created: '2026-03-01T00:00:00Z', creators: ['Tool: x'] },
    };
    const options = { signer: world.signer(), oci: world.oci, clock: world.clock };
    await attest(tagged, { ...options, predicateType: 'spdxjson', predicate } as never);
    const { statements } = await verify(world, { predicateTypes: ['spdxjson', reviewed] }, { predicateType: 'spdxjson' });
    expect(statements[0]?.content).toMatchObject({ type: 'spdxjson', predicate: { spdxVersion: 'SPDX-2.3' } });
    expect((await thrown(attest(tagged, { ...options, predicateType: 'spdxjson', predicate: {} } as never))).code).toBe(
      'ERR_INVALID_ARGUMENT',
    );
  });

  it('is no signature of the image, however much its key is trusted', async () => {
    const world = await createCosignWorld();
    await review(world);
    const report = await evaluateImage(tagged, { trust: await world.trust(), oci: world.oci, clock: world.clock });
    expect(report).toMatchObject({
      verdict: 'not-trusted',
      manifests: [{ signatures: [{ reason: { code: 'predicate-type' } }] }],
    });
    await signImage(tagged, { signer: world.signer(), format: 'cosign', oci: world.oci, clock: world.clock });
    await verifyImage(tagged, { trust: await world.trust(), oci: world.oci, clock: world.clock });
  });

  it('of the type of image signatures is not made', async () => {
    const world = await createCosignWorld();
    const predicateType = 'https://sigstore.dev/cosign/sign/v1';
    expect((await thrown(review(world, {}, { predicateType }))).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('is timestamped where that is asked for, and policy can demand it', async () => {
    const world = await createCosignWorld();
    const tsa = await createFakeTsa({ clock: world.clock });
    const demanded = { predicateTypes: [reviewed], timestamps: { anchors: [tsa.root], required: true, allowEmulated: true } };
    await review(world);
    expect(await thrown(verify(world, demanded))).toMatchObject({ code: 'ERR_NOT_TRUSTED' });
    await review(world, { by: 'team' }, { timestamper: tsa });
    expect((await verify(world, demanded)).report.signatures.filter(({ status }) => status === 'good')).toHaveLength(2);
  });
});

describe('what is not trusted', () => {
  let world: CosignWorld;
  beforeAll(async () => {
    world = await createCosignWorld({ release: 'ec-p256', other: 'ec-p256' });
    await review(world);
  });

  it.each<[string, object, object]>([
    ['another type', { predicateTypes: ['https://example.com/other/v1'] }, {}],
    ['the type that is asked for is not there', { predicateTypes: [reviewed, 'vuln'] }, { predicateType: 'vuln' }],
    ['no type at all', { predicateTypes: [] }, {}],
    ['more keys than have signed it', { predicateTypes: [reviewed], threshold: 2 }, { labels: ['release', 'other'] }],
  ])('%s', async (_, options, { labels = [], ...more }: { labels?: string[] }) => {
    const trust = await world.trust(options, ...labels);
    const error = await thrown(verifyAttestation(tagged, { trust, oci: world.oci, clock: world.clock, ...more }));
    expect(error).toMatchObject({ code: 'ERR_NOT_TRUSTED', details: { report: { verdict: 'not-trusted' } } });
  });

  it.each<[string, object]>([
    ['an unknown option', { predicate: 'x' }],
    ['a type that is none', { predicateType: 'x' }],
    ['a trust that is none', { trust: {} }],
  ])('%s is refused', async (_, more) => {
    const options = { trust: await world.trust({ predicateTypes: [reviewed] }), oci: world.oci, ...more } as never;
    expect((await thrown(evaluateAttestations(tagged, options))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

it('people approve one attestation once, whatever shapes it is stored in; called again the same request continues, and an altered one is refused', async () => {
  const world = await createWorld();
  await pushImage(world.oci, `${repositoryName}:evil`, 'another image');
  const run = (predicate: JsonObject) =>
    attest(tagged, { signer: world.signer(), predicateType: reviewed, predicate, oci: world.oci, clock: world.clock });
  const first = await thrown(run({ a: 1, b: 2 }));
  expect(first.code).toBe('ERR_APPROVAL_PENDING');
  expect((await thrown(run({ b: 2, a: 1 }))).details.requestId).toBe(first.details.requestId);
  expect(world.tsb.requests).toHaveLength(1);
  const other = await thrown(run({ a: 2 }));
  const [key, otherKey] = [`request-${first.details.requestId}`, `request-${other.details.requestId}`];
  const record = (await world.store.get(key)) as JsonObject;
  const foreign = (await world.store.get(otherKey)) as JsonObject;
  await world.store.put(key, { ...record, prepared: foreign.prepared as JsonObject });
  expect((await thrown(run({ a: 1, b: 2 }))).code).toBe('ERR_MALFORMED');
  await world.store.put(key, record);
  await approveAll(world);
  expect((await run({ a: 1, b: 2 })).manifests[0]?.attached).toHaveLength(2);
  expect(world.tsb.requests).toHaveLength(2);
});
