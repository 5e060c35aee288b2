import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, type JsonObject, type PendingStore, SignError } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateImage,
  inspectSignature,
  listSignatures,
  resumeSigningRequest,
  signImage,
  verifyImage,
} from '../../src/index.js';
import { approveAll, createWorld, pushImage, pushIndex, repositoryName, tagged } from '../helpers.js';
import { type CosignWorld, createCosignWorld } from './world.js';

const sign = (world: CosignWorld, more: object = {}, reference = tagged) =>
  signImage(reference, { signer: world.signer(), format: 'cosign', oci: world.oci, clock: world.clock, ...more });
const evaluate = async (world: CosignWorld, reference = tagged, options: object = {}) =>
  evaluateImage(reference, { trust: await world.trust(options), oci: world.oci, clock: world.clock });
const listed = async ({ oci, clock }: CosignWorld, reference = tagged) =>
  (await listSignatures(reference, { format: 'cosign', oci, clock })).signatures;
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

describe('a cosign signature of an image', () => {
  it('is stored in both shapes, and each of them verifies by itself', async () => {
    const world = await createCosignWorld();
    const signed = await sign(world, { annotations: { build: '42' } });
    expect(signed.manifests[0]).toMatchObject({ format: 'cosign', attached: [{}, {}] });
    expect(signed.manifests[0]?.advice).toBeUndefined();
    const { reference, signers } = await verifyImage(tagged, {
      trust: await world.trust({ require: 'both', annotations: { build: '42' } }),
      oci: world.oci,
      clock: world.clock,
    });
    expect(reference).toBe(`${repositoryName}@${world.digest}`);
    expect(signers).toMatchObject([{ name: 'release', algorithm: 'ecdsa-sha256' }]);
    expect((await listed(world)).map(({ shape, contents }) => [shape, contents?.kind, contents?.annotations])).toEqual([
      ['legacy', 'signature', { build: '42' }],
      ['bundle', 'signature', { build: '42' }],
    ]);
  });

  it('is one of the shapes that were asked for, and nothing else is signed', async () => {
    const world = await createCosignWorld();
    await sign(world, { shapes: ['bundle'] });
    expect((await listed(world)).map(({ shape }) => shape)).toEqual(['bundle']);
    expect(await evaluate(world, tagged, { require: 'both' })).toMatchObject({ reason: { code: 'shape-missing' } });
  });

  it('made again by the same key is stored once; another key or other annotations add one', async () => {
    const world = await createCosignWorld({ release: 'ec-p256', second: 'ec-p256' });
    const [first, again] = [await sign(world), await sign(world)];
    expect(again.signature).toEqual(first.signature);
    expect(await listed(world)).toHaveLength(2);
    await sign(world, { annotations: { build: '42' } });
    await sign(world, { signer: world.signer('second') });
    expect(await listed(world)).toHaveLength(6);
    const trust = await world.trust({ threshold: 2 }, 'release', 'second');
    await verifyImage(tagged, { trust, oci: world.oci, clock: world.clock });
  });

  it('is made for an index and its children, where that is asked for', async () => {
    const world = await createCosignWorld();
    const at = `${repositoryName}:multi`;
    const { digest, children } = await pushIndex(world.oci, at, ['linux/amd64', 'linux/arm64']);
    const { manifests } = await sign(world, { manifests: 'all' }, at);
    expect(manifests.map(({ subject }) => subject.digest)).toEqual([digest, ...Object.values(children)]);
    const trust = await world.trust();
    const both = { trust, manifests: 'all', oci: world.oci, clock: world.clock } as const;
    expect((await verifyImage(at, both)).report.manifests.map(({ platform }) => platform)).toEqual([
      undefined,
      'linux/amd64',
      'linux/arm64',
    ]);
    expect(await evaluate(world, `${repositoryName}:multi`)).toMatchObject({ verdict: 'trusted' });
  });

  it('goes to another repository, where that is asked for, and is found there only', async () => {
    const world = await createCosignWorld();
    const signatureRepository = 'registry.example/signatures';
    await sign(world, { signatureRepository });
    expect(await evaluate(world)).toMatchObject({ verdict: 'not-trusted', reason: { code: 'no-signatures' } });
    const trust = await world.trust();
    await verifyImage(tagged, { trust, signatureRepository, oci: world.oci, clock: world.clock });
  });

  it('by a key whose signatures not everybody verifies comes with a sentence about that', async () => {
    const world = await createCosignWorld({ release: 'ec-p384' });
    expect((await thrown(sign(world))).code).toBe('ERR_ALGORITHM_UNSUPPORTED');
    const { manifests } = await sign(world, { digestAlgorithm: 'sha384' });
    expect(manifests[0]?.advice).toContain('--signature-digest-algorithm sha384');
  });

  it('is made in a layout as well, which has no repository that a legacy signature could name', async () => {
    const world = await createCosignWorld();
    const folder = await mkdtemp(join(tmpdir(), 'cosign-'));
    try {
      const at = `oci:${folder}:1.4`;
      await pushImage(world.oci, at);
      expect((await thrown(sign(world, {}, at))).code).toBe('ERR_INVALID_ARGUMENT');
      await sign(world, { dockerReference: repositoryName }, at);
      const trust = await world.trust({ require: 'both' });
      await verifyImage(at, { trust, oci: world.oci, clock: world.clock });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is shown whole by inspection, which verifies nothing', async () => {
    const world = await createCosignWorld();
    const { manifests } = await sign(world);
    for (const { digest } of manifests[0]?.attached ?? []) {
      const inspected = await inspectSignature(`${repositoryName}@${digest}`, { format: 'cosign', oci: world.oci });
      expect(inspected).toMatchObject({ verified: false, signatures: [{ kind: 'signature', digests: [world.digest] }] });
    }
  });
});

describe('what is not trusted', () => {
  let world: CosignWorld;
  beforeAll(async () => {
    world = await createCosignWorld({ release: 'ec-p256', other: 'ec-p256' });
    await sign(world, { annotations: { build: '42' } });
  });

  it.each<[string, object, string[], string]>([
    ['another key', {}, ['other'], 'no-good-signature'],
    ['an annotation that differs', { annotations: { build: '43' } }, ['release'], 'no-good-signature'],
    ['fewer keys than the threshold', { threshold: 2 }, ['release', 'other'], 'threshold'],
  ])('%s is ERR_NOT_TRUSTED with the report', async (_, options, labels, reason) => {
    const trust = await world.trust(options, ...labels);
    const error = await thrown(verifyImage(tagged, { trust, oci: world.oci, clock: world.clock }));
    expect(error).toMatchObject({ code: 'ERR_NOT_TRUSTED', details: { reason, report: { kind: 'cosign' } } });
  });
});

describe('options of another format are refused, never dropped (S24)', () => {
  it.each<[string, object]>([
    ['expiry of cosign', { format: 'cosign', expiry: '90d' }],
    ['attributes of cosign', { format: 'cosign', attributes: [] }],
    ['style of cosign', { format: 'cosign', style: 'config' }],
    ['shapes of Notation', { format: 'notation-jws', shapes: ['legacy'] }],
    ['expiry of both, which one does not have', { format: ['notation-jws', 'cosign'], expiry: '90d' }],
    ['expiry of an entry', { format: [{ format: 'cosign', expiry: '90d' }] }],
    ['shapes that are none', { format: 'cosign', shapes: ['x'] }],
    ['no shapes', { format: 'cosign', shapes: [] }],
    ['a tag in signatureRepository', { format: 'cosign', signatureRepository: tagged }],
  ])('%s', async (_, options) => {
    const world = await createCosignWorld();
    expect((await thrown(sign(world, options))).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('signatureRepository of a Notation trust', async () => {
    const world = await createWorld({ approvals: false });
    const options = { trust: world.trust(), signatureRepository: repositoryName, oci: world.oci };
    expect((await thrown(evaluateImage(tagged, options))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('people and cosign', () => {
  it('two shapes are two payloads, decided on apart, beside a Notation signature of the same call; a restart in between loses nothing', async () => {
    const world = await createWorld();
    const formats = ['notation-jws', 'cosign'] as const;
    const run = () => signImage(tagged, { signer: world.signer(), format: formats, oci: world.oci, clock: world.clock });
    expect((await thrown(run())).code).toBe('ERR_APPROVAL_PENDING');
    expect(world.tsb.requests).toHaveLength(3);
    await approveAll(world);
    const { manifests } = await run();
    expect(manifests.map(({ format, attached }) => [format, attached.length])).toEqual([
      ['notation-jws', 1],
      ['cosign', 2],
    ]);
    expect(world.tsb.requests).toHaveLength(3);
    const { spki } = await world.signer().describe();
    const { cosignTrust } = await import('../../src/index.js');
    const trust = cosignTrust({ keys: [{ publicKey: spki }], require: 'both' });
    await verifyImage(tagged, { trust, oci: world.oci, clock: world.clock });
    await verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
  });

  it('one payload rejected ends the request at once; the other stays open, and asking again asks about the first alone', async () => {
    const world = await createWorld();
    const run = () => signImage(tagged, { signer: world.signer(), format: 'cosign', oci: world.oci, clock: world.clock });
    expect((await thrown(run())).code).toBe('ERR_APPROVAL_PENDING');
    const [, second] = world.tsb.requests;
    for (const approver of world.approvers.slice(0, 2)) await world.tsb.reject(second?.id as string, approver);
    expect((await thrown(run())).code).toBe('ERR_APPROVAL_REJECTED');
    expect((await thrown(run())).code).toBe('ERR_APPROVAL_PENDING');
    expect(world.tsb.requests.map(({ status }) => status)).toEqual(['PENDING', 'REJECTED', 'PENDING']);
    await approveAll(world);
    expect((await run()).manifests[0]?.attached).toHaveLength(2);
    expect(world.tsb.requests).toHaveLength(3);
  });

  it('a request is taken up by its id in another process, from what the store holds', async () => {
    const world = await createWorld();
    const ask = () =>
      signImage(tagged, {
        signer: world.signer(),
        format: 'cosign',
        annotations: { build: '42' },
        oci: world.oci,
        clock: world.clock,
      });
    const id = (await thrown(ask())).details.requestId as string;
    await approveAll(world);
    const { store, oci, clock } = world;
    const later = await resumeSigningRequest(id, { backend: world.backend(), store, oci, clock });
    expect(later.items[0]?.facts.map(({ details }) => details?.['annotation build'])).toEqual(['42', '42']);
    expect((await later.complete()).manifests[0]?.attached).toHaveLength(2);
    expect(world.tsb.requests).toHaveLength(2);
  });
});

describe('a stored request is hostile input (S30)', () => {
  const changes: [string, (record: { identity: JsonObject; prepared: JsonObject }) => void][] = [
    ['annotations', ({ identity }) => Object.assign(identity, { annotations: { build: '43' } })],
    ['shapes', ({ identity }) => Object.assign(identity, { shapes: ['legacy'] })],
    ['manifest', ({ identity }) => Object.assign(identity, { manifest: { mediaType: 'a/b', size: 1 } })],
    ['dockerReference', ({ identity }) => Object.assign(identity, { dockerReference: 'registry.example/evil' })],
    ['subject of the prepared', ({ prepared }) => Object.assign(prepared.subject as object, { size: 1 })],
    ['one part less', ({ prepared }) => Reflect.deleteProperty(prepared, 'bundle')],
    ['a payload about another image', ({ prepared }) => swap(prepared, 'legacy')],
    ['a statement about another image', ({ prepared }) => swap(prepared, 'bundle')],
    ['another key', ({ prepared }) => Object.assign(prepared, { spki: 'AAAA' })],
  ];
  const swap = (prepared: JsonObject, part: string) => {
    const text = Buffer.from(String(prepared[part]), 'base64').toString();
    prepared[part] = Buffer.from(text.replace(/[0-9a-f]{64}/, 'f'.repeat(64))).toString('base64');
  };

  const asked = stored();
  it.each(changes)('%s, altered, is refused before anything is signed', async (_, change) => {
    const { world, key, record } = await asked;
    const altered = structuredClone(record);
    change(altered);
    const store = createMemoryStore();
    await store.put(key, altered as never);
    const before = world.registry.blobs.size;
    expect(['ERR_MALFORMED', 'ERR_INVALID_ARGUMENT']).toContain((await thrown(sign(world, { store }))).code);
    expect(world.registry.blobs.size).toBe(before);
  });

  it('as it was written, it is taken up', async () => {
    const { world, key, record } = await asked;
    const store = createMemoryStore();
    await store.put(key, record as never);
    await sign(world, { store });
  });
});

/** What the store holds of a request whose run died before it could forget it. */
async function stored() {
  const world = await createCosignWorld();
  const written: [string, JsonObject][] = [];
  const store: PendingStore = {
    ...world.store,
    put: (key, record, options) => {
      written.push([key, structuredClone(record)]);
      return world.store.put(key, record, options);
    },
  };
  await sign(world, { store });
  const [key, record] = written.find(([name]) => name.startsWith('request-')) ?? expect.unreachable();
  return { world, key, record: record as { identity: JsonObject; prepared: JsonObject } & JsonObject };
}
