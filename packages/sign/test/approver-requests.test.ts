import { generateKeyPairSync } from 'node:crypto';
import { spkiOf } from '@securosys/core';
import { approverFormats, approverKeyFromPrivateKey, createApprover, type RequestView } from '@securosys/sign/approver';
import { applicationKeyFromPrivateKey } from '@securosys/tsb-client';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';
import { expect, it } from 'vitest';
import { connectTsb, createSigner, signImage, verifyImage } from '../src/index.js';
import { createWorld, tagged, type World } from './helpers.js';
import { everyFormat, prepare, pushImage, repositoryName, resume, thrown } from './requests/support.js';

const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** As CI asks: with a key of its own under every request. */
function backendOf({ tsb, clock }: World, fetch = tsb.fetch) {
  const auth = { type: 'token', token: tsb.token } as const;
  const applicationKey = applicationKeyFromPrivateKey(ci.privateKey);
  return connectTsb({ url: tsb.url, auth, fetch, clock, applicationKey, retries: 0 });
}

function signerOf(world: World, fetch = world.tsb.fetch) {
  const { chain, store, clock } = world;
  return createSigner(backendOf(world, fetch), { label: 'release' }, { chain, store, clock });
}

const approverOf = ({ tsb, clock }: World, { privateKey }: ApproverKeyPair) =>
  createApprover({
    url: tsb.url,
    fetch: tsb.fetch,
    clock,
    auth: { type: 'none' },
    key: approverKeyFromPrivateKey(privateKey),
    formats: approverFormats,
    pinnedTimestampKey: tsb.timestampKey,
    requesters: [{ name: 'release-ci', spki: spkiOf(ci.publicKey) }],
    requireKnownRequester: true,
  });

it('a signing request over images and formats is one decision for each person, over exactly what it is made of (S10)', async () => {
  const world = await createWorld();
  const other = await pushImage(world.oci, `${repositoryName}:other`, 'another image');
  const items = [...everyFormat, { image: `${repositoryName}:other`, format: 'notation-jws' as const }];
  const request = await prepare(world, items, { signer: signerOf(world), claims: { reason: 'release 1.4' } });
  await request.submit();
  for (const person of world.approvers.slice(0, 2)) {
    const approver = approverOf(world, person);
    const [shown, ...more] = await approver.requests();
    expect(more).toEqual([]);
    // Four payloads of the first image, one of the second.
    expect(shown).toMatchObject({
      id: request.id,
      claimsVerified: true,
      missing: [],
      extra: [],
      mismatches: [],
      risksToAccept: [],
    });
    expect(shown?.claims).toMatchObject({ reason: 'release 1.4' });
    const about = (digest: string) =>
      shown?.tasks.filter(({ facts }) => JSON.stringify(facts).includes(digest.slice('sha256:'.length))).length;
    expect([about(world.digest), about(other)]).toEqual([4, 1]);
    const { outcomes, newcomers } = await approver.decide(shown as RequestView, 'approve');
    expect([outcomes.map(({ outcome }) => outcome), newcomers]).toEqual([Array(5).fill('approved'), []]);
    await approver.close();
  }
  const { items: done } = await request.complete();
  expect(done).toHaveLength(4);
  await verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
});

it('an artifact that needs two signatures is one decision, whoever asks for it', async () => {
  const world = await createWorld();
  const sign = () => signImage(tagged, { signer: signerOf(world), oci: world.oci, format: 'cosign' });
  const pending = await thrown(sign());
  const approver = approverOf(world, world.approvers[0] as ApproverKeyPair);
  const shown = await approver.requests();
  await approver.close();
  expect(shown).toHaveLength(1);
  expect(shown[0]).toMatchObject({ id: pending.details.requestId, isBatch: true, missing: [], extra: [], risksToAccept: [] });
  expect(shown[0]?.tasks).toHaveLength(2);
});

it('what another process still has to ask belongs to the same decision: also when it knows one item only', async () => {
  const world = await createWorld();
  let asked = 0;
  /** The network ends when the second of three payloads is asked for. */
  const failing: typeof world.tsb.fetch = async (input, init) => {
    if (String(input).endsWith('/sign') && ++asked > 1) throw new TypeError('fetch failed');
    return world.tsb.fetch(input, init);
  };
  const items = [
    { image: tagged, format: 'cosign' as const },
    { image: tagged, format: 'notation-jws' as const },
  ];
  const request = await prepare(world, items, { signer: signerOf(world, failing) });
  await thrown(request.submit());
  for (const { status } of world.tsb.requests) expect(status).toBe('PENDING');
  expect(world.tsb.requests).toHaveLength(1);
  world.clock.advance(600_000);
  for (const { id } of request.items) {
    const one = await resume(world, id, { backend: backendOf(world) });
    await one.submit();
  }
  expect(world.tsb.requests).toHaveLength(3);
  const approver = approverOf(world, world.approvers[0] as ApproverKeyPair);
  const shown = await approver.requests();
  await approver.close();
  expect(shown.map(({ id, tasks, missing, extra, risksToAccept }) => [id, tasks.length, missing, extra, risksToAccept])).toEqual([
    [request.id, 3, [], [], []],
  ]);
});
