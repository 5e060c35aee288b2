import { generateKeyPairSync } from 'node:crypto';
import { spkiOf } from '@securosys/core';
import { approverFormats, approverKeyFromPrivateKey, createApprover, type RequestView } from '@securosys/sign/approver';
import { applicationKeyFromPrivateKey } from '@securosys/tsb-client';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';
import { expect, it } from 'vitest';
import { connectTsb, createSigner, verifyImage } from '../src/index.js';
import { createWorld, tagged, type World } from './helpers.js';
import { everyFormat, prepare, pushImage, repositoryName } from './requests/support.js';

const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** As CI asks: with a key of its own under every request. */
function signerOf({ tsb, clock, chain, store }: World) {
  const auth = { type: 'token', token: tsb.token } as const;
  const applicationKey = applicationKeyFromPrivateKey(ci.privateKey);
  const backend = connectTsb({ url: tsb.url, auth, fetch: tsb.fetch, clock, applicationKey });
  return createSigner(backend, { label: 'release' }, { chain, store, clock });
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
