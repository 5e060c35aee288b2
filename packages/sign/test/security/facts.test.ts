import { base64Text, isJsonObject, type JsonObject, parseJsonObject } from '@securosys/core';
import { notationJws } from '@securosys/notation-envelope';
import { approverKeyFromPrivateKey, createApprover, createTsbClient, encodeMetadata } from '@securosys/tsb-client';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';
import { describe, expect, it } from 'vitest';
import { connectTsb, createSigner, signImage } from '../../src/index.js';
import { createWorld, pushImage, repositoryName, tagged, type World } from '../helpers.js';

type SignBody = JsonObject & { payload: string; metaData: string; signKeyName: string; signatureAlgorithm: string };

/** Asks for a signature honestly and returns the request as it left the client; the broker never sees it. */
async function honestBody(world: World, reference: string): Promise<SignBody> {
  let body: JsonObject | undefined;
  const fetch: typeof world.tsb.fetch = async (input, init) => {
    if (!String(input).endsWith('/v1/sign')) return world.tsb.fetch(input, init);
    body = parseJsonObject(String(init?.body));
    return Response.json({ errorCode: 600, reason: 'res.error.test', message: 'kept back' }, { status: 400 });
  };
  const backend = connectTsb({ url: world.tsb.url, auth: { type: 'token', token: world.tsb.token }, fetch, clock: world.clock });
  const signer = createSigner(backend, { label: 'release' }, { chain: world.chain, clock: world.clock });
  await expect(signImage(reference, { signer, format: 'notation-jws', oci: world.oci, clock: world.clock })).rejects.toThrow();
  const request = body?.signRequest;
  if (!isJsonObject(request)) throw new Error('no sign request was seen');
  return request as SignBody;
}

const clientOf = (world: World) =>
  createTsbClient({
    url: world.tsb.url,
    auth: { type: 'token', token: world.tsb.token },
    fetch: world.tsb.fetch,
    clock: world.clock,
  });

const approverOf = (world: World) =>
  createApprover({
    client: clientOf(world),
    clock: world.clock,
    key: approverKeyFromPrivateKey((world.approvers[0] as ApproverKeyPair).privateKey),
    formats: [notationJws],
    pinnedTimestampKey: world.tsb.timestampKey,
  });

/** A requester that holds a stolen operation token sends what it likes (T3), and an approver looks. */
async function approve(change: (a: SignBody, b: SignBody, digestOfA: string) => SignBody) {
  const world = await createWorld();
  await pushImage(world.oci, `${repositoryName}:evil`, 'another image');
  const a = await honestBody(world, tagged);
  const b = await honestBody(world, `${repositoryName}:evil`);
  await clientOf(world).sign.asynchronous(change(a, b, world.digest) as never);
  const approver = approverOf(world);
  const [view, more] = await approver.tasks();
  if (!view || more) throw new Error('one task was expected');
  const outcome = await approver.approve(view).then(
    () => 'approved',
    (error: unknown) => error,
  );
  return { world, view, outcome };
}

const metadata = (...args: Parameters<typeof encodeMetadata>) => base64Text(encodeMetadata(...args));

describe('what people approve is what the bytes say (S1)', () => {
  it('an honest request shows the image of its bytes and can be approved', async () => {
    const { world, view, outcome } = await approve((a) => a);
    expect(view).toMatchObject({ mismatches: [], facts: { format: 'notation-jws', subject: { digest: world.digest } } });
    expect(outcome).toBe('approved');
    expect(world.tsb.requests[0]?.approvedBy).toHaveLength(1);
  });

  it.each<[string, (a: SignBody, b: SignBody, digestOfA: string) => SignBody]>([
    ['the whole description of image A', (a, b) => ({ ...b, metaData: a.metaData })],
    [
      'the facts of image A, bound to nothing',
      (_, b, digest) => ({ ...b, metaData: metadata({ facts: { 'subject.digest': digest }, claims: {} }) }),
    ],
    [
      'a claim that names image A',
      (_, b, digest) => ({ ...b, metaData: metadata({ facts: {}, claims: { image: `${repositoryName}@${digest}` } }) }),
    ],
  ])('the bytes of image B with %s are shown as B, with the mismatch, and cannot be approved', async (_, change) => {
    const { world, view, outcome } = await approve(change);
    expect(view.facts?.subject?.digest).not.toBe(world.digest);
    expect(view.mismatches.length).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(world.tsb.requests[0]).toMatchObject({ status: 'PENDING' });
    expect(world.tsb.requests[0]?.approvedBy).toHaveLength(0);
  });

  it('no allowance for blind signing gets a contradiction approved', async () => {
    const { world, view } = await approve((a, b) => ({ ...b, metaData: a.metaData }));
    const approver = approverOf(world);
    const [again] = await approver.tasks();
    expect(again?.mismatches).toEqual(view.mismatches);
    await expect(approver.approve(again as typeof view, { allowBlind: true })).rejects.toMatchObject({
      code: 'ERR_FACTS_MISMATCH',
    });
  });
});
