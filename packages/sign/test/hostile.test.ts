import { createMemoryStore, type JsonObject, type PendingStore, SignError, utf8Bytes } from '@securosys/core';
import { notationJws } from '@securosys/notation-envelope';
import { createFakeTsa } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { listSignatures, type ManifestProgress, notationTrust, resumeSigningRequest, signBlob, signImage } from '../src/index.js';
import { approveAll, createWorld, pushIndex, repositoryName, tagged, type World } from './helpers.js';

const at = `${repositoryName}:multi`;
const sign = (world: World, more: object = {}, reference = tagged, store = world.store) =>
  signImage(reference, { signer: world.signer(store), format: 'notation-jws', oci: world.oci, clock: world.clock, ...more });
const thrown = async (run: Promise<unknown>): Promise<SignError> => {
  const error = await run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => reason,
  );
  if (!SignError.is(error)) throw error;
  return error;
};
const signatureCount = async ({ oci, clock }: World, digest = '') =>
  (await listSignatures(`${repositoryName}@${digest}`, { oci, clock })).signatures.length;

describe('a stored request is hostile input (S30)', () => {
  it('bytes of a later day, which would be valid for longer than was asked, and what is no descriptor, are refused before anybody is asked', async () => {
    const world = await createWorld();
    const { details } = await thrown(sign(world, { expiry: '90d' }));
    const key = `request-${details.requestId}`;
    const record = (await world.store.get(key)) as JsonObject;
    const { spec, spki, assurance } = await world.signer().describe();
    const { descriptor } = await world.oci.open(tagged).resolve();
    const at = async (signingTime: number) => {
      const timed = { signingTime, expirySeconds: 90 * 86_400 };
      const prepared = notationJws.prepare(descriptor, { spec, spki, chain: world.chain, assurance }, timed);
      const store = createMemoryStore();
      await store.put(key, { ...record, prepared: prepared.toJSON() });
      return thrown(sign(world, { expiry: '90d' }, tagged, store));
    };
    expect((await at(world.clock.now() + 86_400_000)).code).toBe('ERR_MALFORMED');
    expect(world.tsb.requests).toHaveLength(1);
    await world.store.put(key, { ...record, attached: [{ mediaType: 'a/b', digest: 'sha256:0', size: -1 }] });
    expect((await thrown(sign(world, { expiry: '90d' }))).code).toBe('ERR_MALFORMED');
    // The clocks of two machines may differ a little.
    expect((await at(world.clock.now() + 60_000)).code).toBe('ERR_APPROVAL_PENDING');
  });
});

describe('an index that lies', () => {
  it('a child that is missing, or is not what the index says of it, is not signed: nobody is asked about any', async () => {
    const world = await createWorld();
    await pushIndex(world.oci, at, ['linux/amd64', 'linux/arm64']);
    const repository = world.oci.open(at);
    const { manifest } = await repository.resolve();
    if (manifest.kind !== 'index') return expect.unreachable();
    const [first, second] = manifest.manifests;
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    for (const [lie, code] of [
      [{ digest: `sha256:${'0'.repeat(64)}` }, 'ERR_NOT_FOUND'],
      [{ size: 5 }, 'ERR_DIGEST_MISMATCH'],
      [{ mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }, 'ERR_MALFORMED'],
    ] as const) {
      const index = { schemaVersion: 2, mediaType, manifests: [first, { ...second, ...lie }] };
      await repository.pushManifest(utf8Bytes(JSON.stringify(index)), mediaType, { tag: 'evil' });
      expect((await thrown(sign(world, { manifests: 'all' }, `${repositoryName}:evil`))).code, JSON.stringify(lie)).toBe(code);
    }
    expect(world.tsb.requests).toHaveLength(0);
  });
});

describe('a signature is attached once', () => {
  it('when the run that attached it died before it could say so, and the key signs anew each time', async () => {
    const world = await createWorld({ approvals: false });
    const dying: PendingStore = { ...world.store, delete: () => Promise.reject(new Error('killed')) };
    await expect(sign(world, {}, tagged, dying)).rejects.toThrow('killed');
    await world.clock.advance(5_000);
    await sign(world);
    expect(await signatureCount(world, world.digest)).toBe(1);
    await sign(world);
    expect(await signatureCount(world, world.digest)).toBe(2);
  });

  it('when that run had it timestamped', async () => {
    const world = await createWorld();
    const timestamper = await createFakeTsa({ clock: world.clock });
    await thrown(sign(world, { timestamper }));
    await approveAll(world);
    const dying: PendingStore = { ...world.store, delete: () => Promise.reject(new Error('killed')) };
    await expect(sign(world, { timestamper }, tagged, dying)).rejects.toThrow('killed');
    await world.clock.advance(5_000);
    await sign(world, { timestamper });
    expect(await signatureCount(world, world.digest)).toBe(1);
  });

  it('when one of several is taken up by its own id after it was attached; the others go on', async () => {
    const world = await createWorld();
    const timestamper = await createFakeTsa({ clock: world.clock });
    const { children } = await pushIndex(world.oci, at, ['linux/amd64', 'linux/arm64']);
    const run = () => sign(world, { manifests: 'children', timestamper }, at);
    await thrown(run());
    for (const approver of world.approvers.slice(0, 2)) await world.tsb.approve(world.tsb.requests[0]?.id as string, approver);
    const [attached] = (await thrown(run())).details.manifests as ManifestProgress[];
    const { store, oci, clock } = world;
    await world.clock.advance(5_000);
    const again = await resumeSigningRequest(attached?.requestId as string, {
      backend: world.backend(),
      store,
      oci,
      clock,
      timestamper,
    });
    expect((await again.complete()).manifests[0]?.signature.digest).toBe(attached?.signature?.digest);
    expect(await signatureCount(world, children['linux/amd64'])).toBe(1);
    await approveAll(world);
    await run();
    expect(world.tsb.requests).toHaveLength(2);
  });
});

it('a blob whose stream never ends keeps nobody', async () => {
  const world = await createWorld({ approvals: false });
  async function* endless() {
    yield new Uint8Array(1);
    await new Promise(() => undefined);
  }
  const { signer } = { signer: world.signer() };
  expect((await thrown(signBlob(endless(), { signer, format: 'notation-jws', timeoutMs: 20 }))).code).toBe('ERR_TIMEOUT');
});

it('a scope for layouts that is no text is refused at once', () => {
  const options = { policy: {}, trustStore: {}, layoutScope: 5 as never };
  expect(() => notationTrust(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
});
