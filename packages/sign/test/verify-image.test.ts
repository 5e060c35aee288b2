import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { evaluateImage, notationTrust, signImage, verifyImage } from '../src/index.js';
import { createWorld, pushImage, repositoryName, tagged, type World } from './helpers.js';

async function signed(options: object = {}, more: object = {}): Promise<World> {
  const world = await createWorld({ approvals: false, ...options });
  await signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock, ...more });
  return world;
}
const evaluate = (world: World, trust = world.trust(), reference = tagged) =>
  evaluateImage(reference, { trust, oci: world.oci, clock: world.clock });

describe('verdicts', () => {
  it.each([true, false])('trusted, with the referrers API: %s', async (referrersApi) => {
    const world = await signed({ registry: { referrersApi } });
    expect(await evaluate(world)).toMatchObject({ verdict: 'trusted', reference: `${repositoryName}@${world.digest}` });
  });

  it('an emulated chain is refused although it is pinned, unless allowed by name (S34)', async () => {
    const world = await signed();
    const report = await evaluate(world, world.trust({}, { allowEmulated: false }));
    expect(report).toMatchObject({ verdict: 'not-trusted', reason: 'no-trusted-signature' });
    expect(report.signatures[0]?.outcome).toMatchObject({ failures: [{ type: 'emulation', reason: { code: 'emulated' } }] });
  });

  it('every option of notationTrust alone turns yes into no (S24)', async () => {
    const world = await signed();
    expect((await evaluate(world)).verdict).toBe('trusted');
    world.clock.advance(3_600_000);
    const no: [object, object][] = [
      [{}, { maxSignatureAgeMs: 60_000 }],
      [{}, { requireExpiry: true }],
      [{}, { userMetadata: { build: '42' } }],
      [{}, { allowEmulated: false }],
      [{}, { trustStore: { 'ca:acme': [(await createWorld({ approvals: false })).chain.at(-1) as Uint8Array] } }],
      [{ trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Other'] }, {}],
      [{ registryScopes: ['registry.example/other'] }, {}],
      [{ signatureVerification: { level: 'skip' }, trustStores: [], trustedIdentities: [] }, {}],
    ];
    for (const [change, options] of no) {
      const failure = await verifyImage(tagged, { trust: world.trust(change, options), oci: world.oci, clock: world.clock }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(SignError.is(failure, 'ERR_NOT_TRUSTED'), JSON.stringify([change, Object.keys(options)])).toBe(true);
    }
  });

  it('refuses misspelt options and a trust that is not one', async () => {
    const world = await signed();
    expect(() => world.trust({}, { maxSignatureAge: 1 })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    await expect(evaluateImage(tagged, { trust: world.trust(), oci: world.oci, strict: true } as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    await expect(evaluateImage(tagged, { trust: {} as never, oci: world.oci })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(() => notationTrust({ policy: '{"version":"1.0","version":"1.0","trustPolicies":[]}', trustStore: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_MALFORMED' }),
    );
  });

  it('takes a policy as JSON text, and says so to whoever gives the path of a file', async () => {
    const policy = ` ${JSON.stringify({ version: '1.0', trustPolicies: [] })}`;
    expect(() => notationTrust({ policy, trustStore: {} })).not.toThrow(/path/);
    expect(() => notationTrust({ policy: './trustpolicy.json', trustStore: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('not a path') }),
    );
  });

  it('says "no signature" for an image without one, and "limit" when the cap was reached first (S23)', async () => {
    const world = await signed();
    await pushImage(world.oci, `${repositoryName}:bare`, 'bare');
    expect(await evaluate(world, world.trust(), `${repositoryName}:bare`)).toMatchObject({ reason: 'no-signature' });
    for (let i = 0; i < 3; i++)
      await signImage(tagged, {
        signer: world.signer(),
        format: 'notation-jws',
        oci: world.oci,
        clock: world.clock,
        annotations: { i: String(i) },
      });
    const nobody = { trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Other'] };
    expect(await evaluate(world, world.trust(nobody, { maxSignatures: 2 }))).toMatchObject({
      verdict: 'not-trusted',
      reason: 'limit',
    });
  });

  it('a broken signature before a good one hides nothing', async () => {
    const world = await createWorld({ approvals: false });
    const repository = world.oci.open(tagged);
    const { descriptor: subject } = await repository.resolve();
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const config = await repository.pushBlob(new TextEncoder().encode('{}'), 'application/vnd.cncf.notary.signature');
    const junk = await repository.pushBlob(new TextEncoder().encode('{"not":"an envelope"}'), 'application/jose+json');
    const missing = { ...junk, digest: `sha256:${'0'.repeat(64)}` };
    for (const layers of [[junk], [missing], [junk, junk], []])
      await repository.attach(
        new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, config, layers, subject })),
        mediaType,
        subject,
      );
    await signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock });
    const report = await evaluate(world);
    expect(report.verdict).toBe('trusted');
    expect(report.signatures).toHaveLength(5);
  });

  it('a signature moved to another image is not trusted there', async () => {
    const world = await signed();
    await pushImage(world.oci, `${repositoryName}:evil`, 'evil');
    const repository = world.oci.open(`${repositoryName}:evil`);
    const { descriptor: subject } = await repository.resolve();
    for await (const referrer of repository.referrers((await world.oci.open(tagged).resolve()).descriptor)) {
      const { manifest } = await repository.fetchManifest(referrer);
      const { mediaType, config, layers, annotations } = manifest as never as Record<string, unknown>;
      await repository.attach(
        new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, config, layers, subject, annotations })),
        mediaType as string,
        subject,
      );
    }
    const report = await evaluate(world, world.trust(), `${repositoryName}:evil`);
    expect(report.signatures[0]?.outcome).toMatchObject({ verdict: 'not-trusted', failures: [{ type: 'subject' }] });
  });

  it('looks the tag up once, so the registry cannot answer two ways (S18)', async () => {
    const world = await signed();
    world.registry.requests.length = 0;
    await evaluate(world);
    expect(world.registry.requests.filter(({ url }) => url.endsWith('/manifests/1.4'))).toHaveLength(1);
  });
});

describe('the deadline covers the whole verification', () => {
  const nobody = { trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Other'] };
  async function many(count: number): Promise<World> {
    const world = await signed();
    for (let i = 1; i < count; i++)
      await signImage(tagged, {
        signer: world.signer(),
        format: 'notation-jws',
        oci: world.oci,
        clock: world.clock,
        annotations: { i: String(i) },
      });
    world.registry.requests.length = 0;
    return world;
  }
  const within = (world: World, timeoutMs: number | undefined, trust = world.trust(nobody)) =>
    evaluateImage(tagged, { trust, oci: world.oci, clock: world.clock, ...(timeoutMs !== undefined && { timeoutMs }) });

  it.each([
    [300, 200],
    [undefined, 50_000],
  ])('timeoutMs %s with %i ms for each answer is ERR_TIMEOUT and no verdict', async (timeoutMs, each) => {
    const world = await many(4);
    world.registry.faults.push(() => void world.clock.advance(each));
    await expect(within(world, timeoutMs)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    // Tag, referrers, and at most one signature of two reads: nobody goes on with the other three.
    expect(world.registry.requests.length).toBeLessThanOrEqual(4);
  });

  it('what a trust store takes counts as well', async () => {
    const world = await many(1);
    const slow = {
      load: async () => {
        world.clock.advance(400);
        return [];
      },
    };
    await expect(within(world, 300, world.trust({}, { trustStore: slow }))).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const never = { load: () => new Promise<never>(() => undefined) };
    await expect(within(world, 300, world.trust({}, { trustStore: never }))).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('a registry that falls silent is left at the deadline, by real time', async () => {
    const world = await many(2);
    world.registry.faults.push(({ url }) => (url.includes('/blobs/') ? new Promise<never>(() => undefined) : undefined));
    const started = performance.now();
    await expect(within(world, 300)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('enough time is enough, abortion stays the reason of the caller, and no number is refused', async () => {
    const world = await many(2);
    world.registry.faults.push(() => void world.clock.advance(10));
    expect((await within(world, 1000, world.trust())).verdict).toBe('trusted');
    const controller = new AbortController();
    const reason = new Error('enough');
    controller.abort(reason);
    const options = { trust: world.trust(), oci: world.oci, clock: world.clock };
    await expect(evaluateImage(tagged, { ...options, signal: controller.signal })).rejects.toBe(reason);
    for (const timeoutMs of [0, -1, Number.NaN, '5' as never])
      await expect(evaluateImage(tagged, { ...options, timeoutMs })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
