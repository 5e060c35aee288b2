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
