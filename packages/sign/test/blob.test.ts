import { SignError, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import {
  evaluateBlob,
  inspectSignature,
  notationTrust,
  resumeBlobSigningRequest,
  resumeSigningRequest,
  signBlob,
  signImage,
  verifyBlob,
} from '../src/index.js';
import { approveAll, createWorld, tagged, type World } from './helpers.js';

const blob = utf8Bytes('a release archive');
const sign = (world: World, more: object = {}, content: Parameters<typeof signBlob>[0] = blob) =>
  signBlob(content, { signer: world.signer(), format: 'notation-jws', clock: world.clock, ...more });

function trustOf(world: World, change: object = {}, options: object = {}) {
  const statement = {
    name: 'archives',
    globalPolicy: true,
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
    ...change,
  };
  return notationTrust({
    blobPolicy: { version: '1.0', trustPolicies: [statement] },
    trustStore: { 'ca:acme': [world.chain.at(-1) as Uint8Array] },
    allowEmulated: true,
    ...options,
  });
}

async function* pieces(bytes: Uint8Array, size = 5): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

const thrown = async (run: Promise<unknown>): Promise<SignError> => {
  const error = await run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => reason,
  );
  if (!SignError.is(error)) throw error;
  return error;
};

describe('detached signatures', () => {
  it.each([
    ['notation-jws', 'application/jose+json', 'tool.tgz.jws.sig'],
    ['notation-cose', 'application/cose', 'tool.tgz.cose.sig'],
  ])('%s: signed, named, verified, and refused for other bytes', async (format, mediaType, fileName) => {
    const world = await createWorld({ approvals: false });
    const options = { format, name: 'tool.tgz', mediaType: 'application/gzip', annotations: { build: '42' }, expiry: '1d' };
    const signed = await sign(world, options);
    expect(signed).toMatchObject({
      mediaType,
      fileName,
      subject: { mediaType: 'application/gzip', size: blob.byteLength, annotations: { build: '42' } },
    });
    const trust = trustOf(world, {}, { userMetadata: { build: '42' } });
    const verified = await verifyBlob(blob, signed, { trust, clock: world.clock, mediaType: 'application/gzip' });
    expect(verified.signature.signer.subject).toContain('CN=release');
    const other = await thrown(verifyBlob(utf8Bytes('a release archivE'), signed, { trust, clock: world.clock }));
    expect(other).toMatchObject({ code: 'ERR_NOT_TRUSTED', details: { outcome: { failures: [{ type: 'subject' }] } } });
    expect(await evaluateBlob(blob, signed, { trust, clock: world.clock, mediaType: 'text/plain' })).toMatchObject({
      verdict: 'not-trusted',
    });
  });

  it.each([
    ['ec-p256', 'sha256'],
    ['ec-p384', 'sha384'],
    ['ec-p521', 'sha512'],
  ] as const)('with a key %s the digest is %s, whether the blob comes whole or in pieces', async (spec, hash) => {
    const world = await createWorld({ approvals: false, spec });
    const [whole, streamed] = [await sign(world), await sign(world, {}, pieces(blob))];
    expect(whole.subject.digest).toMatch(new RegExp(`^${hash}:`));
    expect(streamed.subject).toEqual(whole.subject);
    const trust = trustOf(world);
    await verifyBlob(pieces(blob, 1), streamed, { trust, clock: world.clock });
  });

  it('statements are chosen by name, and the global one only where none is named', async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world);
    const trust = trustOf(world, { globalPolicy: false });
    const verify = (policyName?: string) =>
      verifyBlob(blob, signed, { trust, clock: world.clock, ...(policyName !== undefined && { policyName }) });
    expect(await verify('archives')).toMatchObject({ outcome: { statement: 'archives' } });
    expect((await thrown(verify())).code).toBe('ERR_NOT_TRUSTED');
    expect((await thrown(verify('others'))).code).toBe('ERR_NOT_TRUSTED');
  });

  it('level skip is never "verified"', async () => {
    const world = await createWorld({ approvals: false });
    const change = { globalPolicy: false, signatureVerification: { level: 'skip' }, trustStores: [], trustedIdentities: [] };
    const options = { trust: trustOf(world, change), clock: world.clock, policyName: 'archives' };
    const nothing = { envelope: utf8Bytes('nothing'), mediaType: 'application/jose+json' };
    expect((await evaluateBlob(blob, nothing, options)).verdict).toBe('skipped');
    expect(await thrown(verifyBlob(blob, nothing, options))).toMatchObject({
      code: 'ERR_NOT_TRUSTED',
      details: { reason: 'skipped' },
    });
  });

  it("a stranger's signature is refused before the blob is read", async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world);
    let read = 0;
    const counted = (async function* () {
      read++;
      yield blob;
    })();
    const trust = trustOf(world, { trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Other'] });
    expect((await evaluateBlob(counted, signed, { trust, clock: world.clock })).verdict).toBe('not-trusted');
    expect(read).toBe(0);
  });

  it('the deadline ends the reading of a blob that never ends', async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world);
    const endless = (async function* () {
      for (;;) {
        world.clock.advance(10);
        yield await new Promise<Uint8Array>((resolve) => setImmediate(resolve, blob));
      }
    })();
    const run = evaluateBlob(endless, signed, { trust: trustOf(world), clock: world.clock, timeoutMs: 200 });
    expect((await thrown(run)).code).toBe('ERR_TIMEOUT');
  });

  it('inspection shows an envelope without judging it', async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world, { signingAgent: 'ci/7' });
    const contents = await inspectSignature(signed);
    expect(JSON.parse(JSON.stringify(contents))).toEqual(contents);
    expect(contents).toMatchObject({
      verified: false,
      envelope: { signatureValid: true, subject: signed.subject, signingAgent: expect.stringContaining('ci/7') },
    });
    expect(contents.reference).toBeUndefined();
  });
});

describe('blobs of any size', () => {
  it('are taken piece by piece, one at a time, by signer and verifier', async () => {
    const world = await createWorld({ approvals: false });
    let open = 0;
    let most = 0;
    async function* watched() {
      for (const piece of [blob.subarray(0, 4), blob.subarray(4)]) {
        most = Math.max(most, ++open);
        yield piece;
        open--;
      }
    }
    const signed = await sign(world, {}, watched());
    await verifyBlob(watched(), signed, { trust: trustOf(world), clock: world.clock });
    expect([open, most]).toEqual([0, 1]);
  });

  if (process.env.SLOW)
    it('2 GiB pass through while less than 200 MB are held', async () => {
      const world = await createWorld({ approvals: false });
      let held = 0;
      const before = process.memoryUsage().arrayBuffers;
      async function* stream() {
        for (let i = 0; i < 2048; i++) {
          yield new Uint8Array(2 ** 20).fill(i);
          held = Math.max(held, process.memoryUsage().arrayBuffers - before);
        }
      }
      const signed = await sign(world, {}, stream());
      expect(signed.subject.size).toBe(2 ** 31);
      await verifyBlob(stream(), signed, { trust: trustOf(world), clock: world.clock });
      expect(held).toBeLessThan(200 * 2 ** 20);
    });
});

describe('detached signatures and people', () => {
  it('the same call continues the same request, and so does another process', async () => {
    const world = await createWorld();
    const options = { name: 'tool.tgz', annotations: { build: '42' } };
    const first = await thrown(sign(world, options, pieces(blob)));
    expect(first).toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
      details: { requestId: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    world.clock.advance(3_600_000);
    expect((await thrown(sign(world, options))).details.requestId).toBe(first.details.requestId);
    await approveAll(world);
    const request = await resumeBlobSigningRequest(first.details.requestId as string, {
      backend: world.backend(),
      store: world.store,
      clock: world.clock,
    });
    expect(request.facts[0]?.subject).toMatchObject({ size: blob.byteLength });
    const signed = await request.complete();
    expect(signed.fileName).toBe('tool.tgz.jws.sig');
    await verifyBlob(blob, signed, { trust: trustOf(world), clock: world.clock });
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('any request is taken up by its id, and a request about an image is none about a blob', async () => {
    const world = await createWorld();
    const about = { blob: await thrown(sign(world)), image: await thrown(signImage(tagged, imageOptions(world))) };
    const { store, clock, oci } = world;
    const options = { backend: world.backend(), store, clock };
    const refused = { code: 'ERR_INVALID_ARGUMENT' };
    const { items } = await resumeSigningRequest(about.blob.details.requestId as string, { ...options, oci });
    expect(items.map(({ kind }) => kind)).toEqual(['blob']);
    await expect(resumeBlobSigningRequest(about.image.details.requestId as string, options)).rejects.toMatchObject(refused);
  });

  it.each([
    ['size', 5],
    ['mediaType', 'text/plain'],
    ['name', 'other.tgz'],
  ])('a stored request whose %s was altered is refused (S30)', async (member, value) => {
    const world = await createWorld();
    const { details } = await thrown(sign(world, { name: 'tool.tgz' }));
    const key = `request-${details.requestId}`;
    const record = (await world.store.get(key)) as { identity: { blob: object } };
    const identity = { ...record.identity, blob: { ...record.identity.blob, [member]: value } };
    await world.store.put(key, { ...record, identity } as never);
    expect((await thrown(sign(world, { name: 'tool.tgz' }))).code).toBe('ERR_MALFORMED');
  });
});

const imageOptions = (world: World) =>
  ({ signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock }) as const;

describe('bad input', () => {
  const shared = createWorld({ approvals: false });
  it.each([
    ['an unknown option', { expires: '1d' }],
    ['a media type that is none', { mediaType: 'gzip' }],
    ['a name with a folder', { name: '../tool.tgz' }],
    ['a name that hides what it is', { name: 'tool\u202egz' }],
    ['an unknown format', { format: 'notary' }],
  ])('%s is refused before anything is signed', async (_, more) => {
    const world = await shared;
    expect((await thrown(sign(world, more))).code).toBe('ERR_INVALID_ARGUMENT');
    expect(world.tsb.requests).toHaveLength(0);
  });

  it('what is no blob, no signature and no trust', async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world);
    const trust = trustOf(world);
    const { clock } = world;
    for (const run of [
      () => sign(world, {}, 'path' as never),
      () => evaluateBlob(blob, { envelope: 'x' } as never, { trust, clock }),
      () => evaluateBlob(blob, signed, { trust: world.trust(), clock }),
      () => evaluateBlob(blob, signed, { trust, clock, policy: 'archives' } as never),
      () => inspectSignature({ envelope: blob } as never),
    ])
      expect((await thrown(run())).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
