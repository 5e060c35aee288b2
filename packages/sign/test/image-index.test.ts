import { createMemoryStore, SignError } from '@securosys/core';
import { createFakeTsa } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import {
  evaluateImage,
  inspectSignature,
  listSignatures,
  type ManifestProgress,
  resumeSigningRequest,
  signImage,
  verifyImage,
} from '../src/index.js';
import { approveAll, createWorld, pushImage, pushIndex, repositoryName, tagged, type World } from './helpers.js';

const at = `${repositoryName}:multi`;
const sign = (world: World, more: object = {}, reference = at) =>
  signImage(reference, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock, ...more });
const evaluate = (world: World, more: object = {}) =>
  evaluateImage(at, { trust: world.trust(), oci: world.oci, clock: world.clock, ...more });
const thrown = async (run: Promise<unknown>): Promise<SignError> => {
  const error = await run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => reason,
  );
  if (!SignError.is(error)) throw error;
  return error;
};
const progress = (error: SignError) => error.details.manifests as readonly ManifestProgress[];
const signatureCount = async (world: World, digest: string) =>
  (await listSignatures(`${repositoryName}@${digest}`, { oci: world.oci, clock: world.clock })).signatures.length;

async function plain() {
  const world = await createWorld({ approvals: false });
  return { world, index: await pushIndex(world.oci, at) };
}

describe('an index, its children, or both', () => {
  /** Nothing is ever signed in it. */
  const unsigned = plain();
  it('by default the index alone is signed and judged, as Notation does', async () => {
    const { world, index } = await plain();
    const signed = await sign(world);
    expect(signed).toMatchObject({
      reference: `${repositoryName}@${index.digest}`,
      manifests: [{ requestId: signed.requestId }],
    });
    expect(await evaluate(world)).toMatchObject({ verdict: 'trusted', manifests: [{ verdict: 'trusted' }] });
    expect(await evaluate(world, { manifests: 'children' })).toMatchObject({ verdict: 'not-trusted', reason: 'no-signature' });
  });

  it('all: the index first, then what it lists, each with its platform', async () => {
    const { world, index } = await plain();
    const signed = await sign(world, { manifests: 'all' });
    expect(signed.manifests.map(({ subject }) => subject.digest)).toEqual([index.digest, ...Object.values(index.children)]);
    expect(signed.manifests.map(({ platform }) => platform)).toEqual([undefined, ...Object.keys(index.children)]);
    expect(signed.signature).toEqual(signed.manifests[0]?.signature);
    const verified = await verifyImage(at, { trust: world.trust(), oci: world.oci, clock: world.clock, manifests: 'all' });
    expect(verified.reference).toBe(`${repositoryName}@${index.digest}`);
    expect(verified.signers).toHaveLength(4);
  });

  it('children: not the index, which is not trusted then', async () => {
    const { world, index } = await plain();
    const signed = await sign(world, { manifests: 'children' });
    expect(signed.reference).toBe(`${repositoryName}@${index.digest}`);
    expect(signed.manifests.map(({ subject }) => subject.digest)).toEqual(Object.values(index.children));
    expect(await evaluate(world, { manifests: 'children' })).toMatchObject({ verdict: 'trusted' });
    expect(await evaluate(world)).toMatchObject({ verdict: 'not-trusted' });
  });

  it('platforms: only those; a name without variant means every variant', async () => {
    const { world, index } = await plain();
    const signed = await sign(world, { platforms: ['linux/amd64', 'linux/arm64'] });
    expect(signed.manifests.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64/v8']);
    expect(await evaluate(world, { platforms: ['linux/arm64/v8'] })).toMatchObject({
      verdict: 'trusted',
      manifests: [{ descriptor: { digest: index.children['linux/arm64/v8'] } }],
    });
    expect(await evaluate(world, { platforms: ['linux/amd64', 'windows/amd64'] })).toMatchObject({
      verdict: 'not-trusted',
      message: expect.stringContaining('windows/amd64'),
    });
  });

  it('one child without a signature is enough to refuse all', async () => {
    const { world, index } = await plain();
    await sign(world, { platforms: ['linux/amd64', 'windows/amd64'] });
    await sign(world);
    const report = await evaluate(world, { manifests: 'all' });
    expect(report).toMatchObject({ verdict: 'not-trusted', reason: 'no-signature' });
    expect(report.manifests.map(({ verdict }) => verdict)).toEqual(['trusted', 'trusted', 'not-trusted', 'trusted']);
    expect(report.manifests[2]?.reference).toBe(`${repositoryName}@${index.children['linux/arm64/v8']}`);
  });

  it('an image that is no index stands for itself', async () => {
    const world = await createWorld({ approvals: false });
    for (const manifests of ['index', 'children', 'all']) {
      const signed = await sign(world, { manifests }, tagged);
      expect(signed.manifests.map(({ subject }) => subject.digest)).toEqual([world.digest]);
    }
  });

  it.each([
    [{ manifests: 'both' }, 'ERR_INVALID_ARGUMENT'],
    [{ platforms: [] }, 'ERR_INVALID_ARGUMENT'],
    [{ platforms: ['linux'] }, 'ERR_INVALID_ARGUMENT'],
    [{ platforms: 'linux/amd64' }, 'ERR_INVALID_ARGUMENT'],
    [{ platforms: ['linux/amd64'], manifests: 'index' }, 'ERR_INVALID_ARGUMENT'],
    [{ platforms: ['linux/s390x'] }, 'ERR_NOT_FOUND'],
  ])('%j is refused on both sides', async (options, code) => {
    const { world } = await unsigned;
    expect((await thrown(sign(world, options))).code).toBe(code);
    expect((await thrown(evaluate(world, options))).code).toBe(code);
  });

  it('platforms of an image that has none, and children of an empty index, are refused', async () => {
    const { world } = await plain();
    expect((await thrown(sign(world, { platforms: ['linux/amd64'] }, tagged))).code).toBe('ERR_INVALID_ARGUMENT');
    await pushIndex(world.oci, at, []);
    expect((await thrown(sign(world, { manifests: 'children' }))).code).toBe('ERR_NOT_FOUND');
    expect((await thrown(evaluate(world, { manifests: 'children' }))).code).toBe('ERR_NOT_FOUND');
  });

  it('the tag is looked up once, whatever number of manifests is judged (S18)', async () => {
    const { world } = await plain();
    await sign(world, { manifests: 'all' });
    world.registry.requests.length = 0;
    expect((await evaluate(world, { manifests: 'all' })).verdict).toBe('trusted');
    expect(world.registry.requests.filter(({ url }) => url.endsWith('/manifests/multi'))).toHaveLength(1);
  });
});

describe('several manifests and people', () => {
  async function asked(more: object = { manifests: 'all' }) {
    const world = await createWorld();
    const index = await pushIndex(world.oci, at, ['linux/amd64', 'linux/arm64']);
    return { world, index, error: await thrown(sign(world, more)) };
  }
  const approve = async (world: World, which: number) => {
    for (const approver of world.approvers.slice(0, 2))
      await world.tsb.approve(world.tsb.requests[which]?.id as string, approver);
  };

  it('everything is asked for before anything is waited for', async () => {
    const { world, index, error } = await asked();
    expect(error.code).toBe('ERR_APPROVAL_PENDING');
    expect(world.tsb.requests).toHaveLength(3);
    expect(progress(error)).toMatchObject(
      [index.digest, ...Object.values(index.children)].map((digest) => ({
        reference: `${repositoryName}@${digest}`,
        requestId: expect.stringMatching(/^[0-9a-f]{64}$/),
        status: 'pending',
      })),
    );
    await approveAll(world);
    expect((await sign(world, { manifests: 'all' })).manifests).toHaveLength(3);
    expect(world.tsb.requests).toHaveLength(3);
  });

  it('what is approved is attached, the rest waits, and the next calls neither ask nor attach twice', async () => {
    const { world, index } = await asked();
    await approve(world, 1);
    const error = await thrown(sign(world, { manifests: 'all' }));
    expect(progress(error).map(({ status }) => status)).toEqual(['pending', 'attached', 'pending']);
    expect(progress(error)[1]?.signature).toMatchObject({ digest: expect.stringContaining('sha256:') });
    const again = await thrown(sign(world, { manifests: 'all' }));
    expect(progress(again)[1]).toMatchObject({
      status: 'attached',
      signature: { digest: progress(error)[1]?.signature?.digest },
    });
    await approveAll(world);
    const signed = await sign(world, { manifests: 'all' });
    expect(signed.manifests[1]?.signature.digest).toBe(progress(error)[1]?.signature?.digest);
    expect(world.tsb.requests).toHaveLength(3);
    for (const digest of [index.digest, ...Object.values(index.children)]) expect(await signatureCount(world, digest)).toBe(1);
    expect((await evaluate(world, { manifests: 'all' })).verdict).toBe('trusted');
  });

  it('what people refuse is named, the others are attached, and the next call asks for that one alone', async () => {
    const { world } = await asked();
    await approve(world, 0);
    await approve(world, 2);
    for (const approver of world.approvers.slice(0, 2)) await world.tsb.reject(world.tsb.requests[1]?.id as string, approver);
    const error = await thrown(sign(world, { manifests: 'all' }));
    expect(error.code).toBe('ERR_APPROVAL_REJECTED');
    expect(progress(error).map(({ status, code }) => code ?? status)).toEqual(['attached', 'ERR_APPROVAL_REJECTED', 'attached']);
    await thrown(sign(world, { manifests: 'all' }));
    expect(world.tsb.requests).toHaveLength(4);
    await approveAll(world);
    expect((await sign(world, { manifests: 'all' })).manifests).toHaveLength(3);
  });

  it('a registry that refuses in between loses nothing: the next call attaches the rest', async () => {
    const { world, index } = await asked();
    await approveAll(world);
    let puts = 0;
    world.registry.faults.push((request) =>
      request.method === 'PUT' && request.url.includes('/manifests/') && puts++ > 0
        ? new Response(null, { status: 403 })
        : undefined,
    );
    const error = await thrown(sign(world, { manifests: 'all' }));
    expect(error.code).toBe('ERR_FORBIDDEN');
    expect(progress(error).map(({ status }) => status)).toEqual(['signed', 'failed', 'attached']);
    world.registry.faults.length = 0;
    await sign(world, { manifests: 'all' });
    expect(world.tsb.requests).toHaveLength(3);
    for (const digest of [index.digest, ...Object.values(index.children)]) expect(await signatureCount(world, digest)).toBe(1);
  });

  it('a child can be taken up by its own id, and is not attached when the tag names another index now (S18)', async () => {
    const { world, index, error } = await asked({ manifests: 'children' });
    await approveAll(world);
    const [first, second] = progress(error).map(({ requestId }) => requestId);
    const resume = (id = '') =>
      resumeSigningRequest(id, { backend: world.backend(), store: world.store, oci: world.oci, clock: world.clock });
    expect((await (await resume(first)).complete()).manifests[0]).toMatchObject({
      reference: `${repositoryName}@${index.children['linux/amd64']}`,
      platform: 'linux/amd64',
    });
    await pushImage(world.oci, at, 'another release');
    const stale = await thrown((await resume(second)).complete());
    expect(stale).toMatchObject({ code: 'ERR_REQUEST_STALE', details: { reason: 'subject-changed' } });
    expect(await signatureCount(world, index.children['linux/arm64'] as string)).toBe(0);
  });

  it('what is attached with a timestamp is not timestamped and attached once more by the next call', async () => {
    const world = await createWorld();
    const index = await pushIndex(world.oci, at, ['linux/amd64', 'linux/arm64']);
    const timestamper = await createFakeTsa({ clock: world.clock });
    const run = () => sign(world, { manifests: 'all', timestamper });
    const first = await thrown(run());
    await approve(world, 0);
    for (let i = 0; i < 3; i++) await thrown(run());
    await approveAll(world);
    await run();
    for (const digest of [index.digest, ...Object.values(index.children)]) expect(await signatureCount(world, digest)).toBe(1);
    const { requestId } = progress(first)[0] as ManifestProgress;
    expect(await world.store.get(`request-${requestId}`)).toBeUndefined();
  });

  it('a request that demands a timestamp is taken up with a timestamper only', async () => {
    const world = await createWorld();
    const timestamper = await createFakeTsa({ clock: world.clock });
    const { details } = await thrown(sign(world, { timestamper }, tagged));
    const options = { backend: world.backend(), store: world.store, oci: world.oci, clock: world.clock };
    const id = details.requestId as string;
    expect((await thrown(resumeSigningRequest(id, options))).code).toBe('ERR_INVALID_ARGUMENT');
    await approveAll(world);
    const { manifests } = await (await resumeSigningRequest(id, { ...options, timestamper })).complete();
    const contents = await inspectSignature(`${repositoryName}@${manifests[0]?.signature.digest}`, {
      oci: world.oci,
      clock: world.clock,
    });
    expect(contents.timestamp).toMatchObject({ imprintMatches: true });
  });

  const sharedRequest = askedWith({
    attributes: [{ name: 'com.acme.gate', value: 'passed', critical: true }],
    annotations: { build: '42' },
  });
  it.each([
    ['attributes', [{ name: 'com.acme.gate', value: 'failed', critical: true }]],
    ['attributes', undefined],
    ['annotations', { build: '43' }],
    ['style', 'artifact-type'],
    ['signingAgent', 'somebody/1'],
  ])('a stored request whose %s became %j is refused (S30)', async (member, value) => {
    const { world, more, key, record } = await sharedRequest;
    const { [member as never]: _, ...rest } = record.identity as Record<string, unknown>;
    const identity = value === undefined ? rest : { ...rest, [member]: value };
    const store = createMemoryStore();
    await store.put(key, { ...record, identity } as never);
    expect((await thrown(sign(world, { ...more, store }, tagged))).code).toBe('ERR_MALFORMED');
  });

  it('bytes of another request under the identity of this one are refused (S30)', async () => {
    const world = await createWorld();
    const gate = (value: string) => ({ attributes: [{ name: 'com.acme.gate', value, critical: true }] });
    const [passed, failed] = [
      await thrown(sign(world, gate('passed'), tagged)),
      await thrown(sign(world, gate('failed'), tagged)),
    ];
    const recordOf = (error: SignError) => world.store.get(`request-${error.details.requestId}`);
    const record = { ...(await recordOf(passed)), prepared: (await recordOf(failed))?.prepared };
    await world.store.put(`request-${passed.details.requestId}`, record as never);
    expect((await thrown(sign(world, gate('passed'), tagged))).code).toBe('ERR_MALFORMED');
  });

  it('a record that claims to be attached is believed only where the registry has a signature by our key over our bytes (S30)', async () => {
    const { world, index, error } = await asked();
    const other = await signImage(tagged, await elsewhere(world));
    const { requestId } = progress(error)[1] as ManifestProgress;
    const key = `request-${requestId}`;
    const record = await world.store.get(key);
    const { mediaType, digest, size } = other.signature;
    await world.store.put(key, { ...record, attached: [{ mediaType, digest, size }] });
    await approveAll(world);
    await sign(world, { manifests: 'all' });
    expect(await signatureCount(world, index.children['linux/amd64'] as string)).toBe(1);
  });
});

/** A request that people are asked about, and what the store holds of it. */
async function askedWith(more: object) {
  const world = await createWorld();
  const key = `request-${(await thrown(sign(world, more, tagged))).details.requestId}`;
  return { world, more, key, record: (await world.store.get(key)) as { identity: object } };
}

/** Signs by another key, into the same registry. */
async function elsewhere(world: World) {
  const ready = await createWorld({ approvals: false });
  return { signer: ready.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock } as const;
}
