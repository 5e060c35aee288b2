import { createPublicKey, verify as verifyWithNode } from 'node:crypto';
import { createSigner, isJsonObject, parseJsonObject, SignError, utf8Bytes } from '@securosys/core';
import { writePayload } from '@securosys/cosign';
import { createFakeTsa } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateBlob, resumeBlobSigningRequest, signBlob, verifyBlob } from '../../src/index.js';
import { approveAll, createWorld } from '../helpers.js';
import { type CosignWorld, createCosignWorld } from './world.js';

const blob = utf8Bytes('the release archive');
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

describe('a cosign signature of a blob', () => {
  let world: CosignWorld;
  beforeAll(async () => {
    world = await createCosignWorld();
  });
  const sign = (content: Uint8Array | AsyncIterable<Uint8Array> = blob, more: object = {}) =>
    signBlob(content, { signer: world.signer('release', { allowOpaque: true }), format: 'cosign', clock: world.clock, ...more });

  it('comes in both forms, and each verifies; openssl would verify the first', async () => {
    const signed = await sign(blob, { name: 'tool.tgz' });
    expect([signed.fileName, signed.bundleFileName]).toEqual(['tool.tgz.sig', 'tool.tgz.sigstore.json']);
    const key = createPublicKey({ key: Buffer.from(await world.spki()), format: 'der', type: 'spki' });
    expect(verifyWithNode('sha256', blob, key, Buffer.from(signed.signature, 'base64'))).toBe(true);
    const options = { trust: await world.trust(), clock: world.clock };
    for (const file of [{ signature: signed.signature }, { bundle: signed.bundle }])
      expect((await verifyBlob(blob, file, options)).signers).toMatchObject([{ name: 'release' }]);
    const bundle = parseJsonObject(signed.bundle);
    expect(isJsonObject(bundle.messageSignature)).toBe(true);
  });

  it('is over the very bytes: others, and other keys, are refused', async () => {
    const { bundle } = await sign();
    const options = { trust: await world.trust(), clock: world.clock };
    expect(await evaluateBlob(utf8Bytes('another'), { bundle }, options)).toMatchObject({ verdict: 'not-trusted' });
    const strange = await createCosignWorld();
    const error = await thrown(verifyBlob(blob, { bundle }, { trust: await strange.trust(), clock: world.clock }));
    expect(error).toMatchObject({ code: 'ERR_NOT_TRUSTED', details: { reason: 'no-good-signature' } });
  });

  it('holds its timestamp in the bundle', async () => {
    const tsa = await createFakeTsa({ clock: world.clock });
    const { bundle } = await sign(blob, { timestamper: tsa });
    const timestamps = { anchors: [tsa.root], required: true, allowEmulated: true };
    await verifyBlob(blob, { bundle }, { trust: await world.trust({ timestamps }), clock: world.clock });
  });

  it('reads streams up to a limit, which is said', async () => {
    async function* pieces() {
      yield blob.subarray(0, 5);
      yield blob.subarray(5);
    }
    const { bundle } = await sign(pieces());
    await verifyBlob(pieces(), { bundle }, { trust: await world.trust(), clock: world.clock });
    expect((await thrown(sign(pieces(), { maxBytes: 10 }))).code).toBe('ERR_LIMIT');
    expect((await thrown(sign(blob, { maxBytes: 10 }))).code).toBe('ERR_LIMIT');
    const few = { trust: await world.trust(), clock: world.clock, maxBytes: 10 };
    expect((await thrown(evaluateBlob(pieces(), { bundle }, few))).code).toBe('ERR_LIMIT');
  });

  it('needs a signer that may sign what it does not know, and what is of another format is refused all the same (S9)', async () => {
    expect((await thrown(sign(blob, { signer: world.signer() }))).code).toBe('ERR_CROSS_PROTOCOL');
    const payload = writePayload({ dockerReference: 'registry.example/app', digest: `sha256:${'ab'.repeat(32)}` });
    for (const message of [payload, utf8Bytes('DSSEv1 28 application/vnd.in-toto+json 2 {}')])
      expect((await thrown(sign(message))).code).toBe('ERR_CROSS_PROTOCOL');
  });

  it.each<[string, object]>([
    ['annotations', { annotations: {} }],
    ['expiry', { expiry: '90d' }],
    ['a name with a folder', { name: '../x' }],
    ['a media type that is none', { mediaType: 'x' }],
    ['a limit that is none', { maxBytes: -1 }],
    ['a timestamper that is none', { timestamper: {} }],
  ])('%s: refused', async (_, more) => {
    expect((await thrown(sign(blob, more))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

it('people approve a blob, and another process takes its request up with the right to sign blobs', async () => {
  const world = await createWorld();
  const signer = createSigner(
    world.backend(),
    { label: 'release' },
    { store: world.store, clock: world.clock, allowOpaque: true },
  );
  const id = (await thrown(signBlob(blob, { signer, format: 'cosign', name: 'tool.tgz' }))).details.requestId as string;
  await approveAll(world);
  const { store, clock } = world;
  const options = { backend: world.backend(), store, clock };
  expect((await thrown(resumeBlobSigningRequest(id, options))).code).toBe('ERR_INVALID_ARGUMENT');
  const request = await resumeBlobSigningRequest(id, { ...options, format: 'cosign', allowOpaque: true });
  const signed = await request.complete();
  expect(signed.fileName).toBe('tool.tgz.sig');
  const { spki } = await signer.describe();
  const { cosignTrust } = await import('../../src/index.js');
  await verifyBlob(blob, { bundle: signed.bundle }, { trust: cosignTrust({ keys: [{ publicKey: spki }] }), clock });
  expect(world.tsb.requests).toHaveLength(1);
});
