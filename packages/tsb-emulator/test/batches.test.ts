import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, publicEncrypt } from 'node:crypto';
import {
  base64Text,
  createDecrypter,
  createSigner,
  isJsonObject,
  type JsonObject,
  parseJsonObject,
  type RequestBatch,
  type SigningFacts,
  sha256Hex,
  spkiOf,
  utf8Bytes,
} from '@securosys/core';
import {
  applicationKeyFromPrivateKey,
  approverKeyFromPrivateKey,
  bindMetadata,
  createApprover,
  createTsbBackend,
  createTsbClient,
  encodeMetadata,
  type RequestView,
  signMetadata,
} from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { approvers, createWorld, rule } from './support.js';

type Person = ReturnType<typeof approvers>[number];
const [ada, bob] = approvers(2) as [Person, Person];
const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const both = { ruleUse: rule([ada, bob], 2), ruleBlock: null, ruleUnblock: rule([ada], 1), ruleModify: rule([ada], 1) };
const text = (name: string) => utf8Bytes(`image ${name}`);
/** Explains messages that begin like a text of these tests, of whatever length. */
const images = {
  id: 'image',
  explain: (bytes: Uint8Array): SigningFacts | undefined => {
    const [line = ''] = Buffer.from(bytes).toString('latin1').split('\n');
    return line.startsWith('image ') ? { format: 'image', title: line } : undefined;
  },
};

async function connect(applicationKey: KeyObject | undefined = ci.privateKey) {
  const world = createWorld();
  const { tsb, clock } = world;
  await tsb.addKey({ label: 'release', spec: 'ec-p256', policy: both });
  const base = { url: tsb.url, fetch: tsb.fetch, clock } as const;
  const sent: JsonObject[] = [];
  const fetch: typeof tsb.fetch = async (input, init) => {
    if (String(input).endsWith('/v1/sign')) sent.push(parseJsonObject(String(init?.body)));
    return tsb.fetch(input, init);
  };
  const asApplication = { ...base, fetch, auth: { type: 'token', token: tsb.token } } as const;
  const backend = createTsbBackend({
    ...asApplication,
    ...(applicationKey && { applicationKey: applicationKeyFromPrivateKey(applicationKey) }),
  });
  const asApprover = ({ privateKey }: Person) =>
    createApprover({
      ...base,
      auth: { type: 'none' },
      key: approverKeyFromPrivateKey(privateKey),
      formats: [images],
      pinnedTimestampKey: tsb.timestampKey,
      attestationKeys: [tsb.attestationKey],
      requesters: [{ name: 'release-ci', spki: spkiOf(ci.publicKey) }],
      requireKnownRequester: true,
    });
  const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, clock });
  const ask = (message: Uint8Array, batch: RequestBatch, claims = {}) =>
    signer.begin({ algorithm: 'ecdsa-sha256', input: { message }, batch, claims });
  /** Whoever holds the operation token (T3), with or without a key of its own. */
  const thief = (privateKey?: KeyObject) =>
    createTsbClient({ ...asApplication, ...(privateKey && { applicationKey: applicationKeyFromPrivateKey(privateKey) }) });
  return { ...world, backend, asApprover, ask, sent, thief };
}

const batchOf = (...parts: readonly Uint8Array[]): RequestBatch => ({ id: 'b'.repeat(64), payloads: parts.map(sha256Hex) });

/** The inner object of a request that was sent. */
function inner(sent: JsonObject | undefined): JsonObject {
  const request = sent?.signRequest;
  if (!isJsonObject(request)) throw new Error('no sign request was seen');
  return request;
}

describe('one decision over a batch', () => {
  it('is n times m approvals for the HSM, and one for each person: messages of any length, and a decryption', async () => {
    const { tsb, clock, backend, asApprover, ask } = await connect();
    const rsa = rsaKey();
    const spki = spkiOf(rsa);
    const only = { sign: false, decrypt: true, unwrap: false };
    await tsb.addKey({
      label: 'opens',
      privateKey: createPrivateKey(rsa.export({ format: 'pem', type: 'pkcs8' })),
      policy: both,
      attributes: only,
    });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const key = { key: Buffer.from(spki), format: 'der', type: 'spki', padding, oaepHash: 'sha256' } as const;
    const ciphertext = Uint8Array.from(publicEncrypt(key, utf8Bytes('layer key')));
    // Longer than a challenge can carry: signed by its digest.
    const long = utf8Bytes(`image long\n${'x'.repeat(70_000)}`);
    const messages = [text('a'), text('b'), long];
    const batch = batchOf(...messages, ciphertext);
    const operations = await Promise.all(messages.map((message) => ask(message, batch, { commit: 'c0ffee' })));
    const decrypter = createDecrypter(backend, { label: 'opens' }, { clock });
    const opening = await decrypter.begin({ algorithm: 'rsa-oaep-sha256', ciphertext, batch, claims: { commit: 'c0ffee' } });

    for (const [person, before] of [
      [ada, 0],
      [bob, 4],
    ] as const) {
      const approver = asApprover(person);
      const [request, ...more] = await approver.requests();
      expect(more).toEqual([]);
      expect(request).toMatchObject({
        id: batch.id,
        requester: { name: 'release-ci' },
        claimsVerified: true,
        claims: { commit: 'c0ffee' },
        missing: [],
        extra: [],
        mismatches: [],
        risksToAccept: ['decrypt'],
        window: { closesAt: expect.stringMatching(/Z$/) },
      });
      expect(request?.tasks.map(({ facts }) => facts?.title)).toEqual(['image a', 'image b', 'image long', undefined]);
      expect(request?.progress?.approvedBy.map(({ name, tasks }) => [name, tasks])).toEqual(
        before === 0 ? [] : [['approver 1', 4]],
      );
      await expect(approver.decide(request as RequestView, 'approve')).rejects.toMatchObject({ code: 'ERR_VETOED' });
      const { outcomes, newcomers } = await approver.decide(request as RequestView, 'approve', { acceptRisks: ['decrypt'] });
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(4).fill('approved'));
      expect(newcomers).toEqual([]);
    }
    expect(tsb.requests.map(({ approvedBy }) => approvedBy?.length)).toEqual([2, 2, 2, 2]);
    for (const operation of operations) expect(await operation.result()).toHaveLength(64);
    expect(Buffer.from(await opening.result()).toString()).toBe('layer key');
  });

  it('says what is not there when a part is decided already', async () => {
    const { asApprover, ask } = await connect();
    const batch = batchOf(text('a'), text('b'));
    for (const name of ['a', 'b']) await ask(text(name), batch);
    const approver = asApprover(ada);
    const [whole] = await approver.requests();
    await approver.decide((whole as RequestView).tasks.slice(0, 1), 'approve');
    const [rest] = await approver.requests();
    expect(rest).toMatchObject({ missing: [sha256Hex(text('a'))], risks: ['batch-incomplete'], risksToAccept: [] });
    await approver.decide(rest as RequestView, 'approve');
    expect(await approver.requests()).toEqual([]);
  });
});

describe('a description of a batch, taken along by whoever holds the operation token (S3, S10),', () => {
  const batch = batchOf(text('a'), text('b'));

  /** What the approver sees of it, with the honest request for `a` there already. */
  async function stolen(steal: (body: JsonObject) => JsonObject, key?: KeyObject) {
    const world = await connect();
    await world.ask(text('a'), batch);
    await world.thief(key).sign.asynchronous(steal(inner(world.sent[0])) as never);
    const approver = world.asApprover(ada);
    const [honest, other] = await approver.requests();
    return { ...world, approver, honest, other };
  }

  const onto = (body: JsonObject) => ({ ...body, payload: base64Text(text('evil')) });

  it.each<[string, (body: JsonObject) => JsonObject, KeyObject | undefined, string]>([
    ['to another payload', onto, undefined, 'ERR_FACTS_MISMATCH'],
    ['to another payload, with a fresh key', onto, stranger.privateKey, 'ERR_FACTS_MISMATCH'],
    ['to the same payload, without a key', (body) => body, undefined, 'ERR_NOT_TRUSTED'],
    ['to the same payload, with a fresh key', (body) => body, stranger.privateKey, 'ERR_FACTS_MISMATCH'],
  ])('%s, is none of that batch, unverified, and cannot be approved', async (_, steal, key, code) => {
    const { approver, honest, other, tsb } = await stolen(steal, key);
    expect(honest).toMatchObject({ requester: { name: 'release-ci' }, claimsVerified: true, extra: [], mismatches: [] });
    expect(other).toMatchObject({ requester: 'unverified', claimsVerified: false });
    await expect(
      approver.decide(other as RequestView, 'approve', { acceptRisks: other?.risksToAccept ?? [] }),
    ).rejects.toMatchObject({ code });
    expect(tsb.requests.every(({ approvedBy }) => approvedBy?.length === 0)).toBe(true);
    await approver.decide(honest as RequestView, 'approve');
  });

  it('with the batch of somebody else written into a description of its own, is none of that batch', async () => {
    const { honest, other, approver } = await stolen((body) => {
      const payload = text('b');
      const bound = { operation: 'sign', algorithm: 'ecdsa-sha256', keyLabel: 'release', expiresAt: Date.UTC(2100, 0) };
      const binding = bindMetadata({ ...bound, payload, nonce: new Uint8Array(16).fill(1), batch });
      const { metaDataSignature: _, ...rest } = body;
      return { ...rest, payload: base64Text(payload), metaData: base64Text(encodeMetadata({ facts: {}, claims: {}, binding })) };
    });
    expect(honest?.tasks).toHaveLength(1);
    expect(honest?.missing).toEqual([sha256Hex(text('b'))]);
    expect(other).toMatchObject({ requester: 'unverified', mismatches: [] });
    await expect(approver.decide([...(honest?.tasks ?? []), ...(other?.tasks ?? [])], 'approve')).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
    });
  });

  it('sent again as the application signed it, makes the whole batch differ', async () => {
    const world = await connect();
    await world.ask(text('a'), batch);
    await world.call('POST', '/v1/sign', world.sent[0], {});
    const [request] = await world.asApprover(ada).requests();
    expect(request?.tasks).toHaveLength(2);
    expect(request?.extra).toEqual([request?.tasks[1]?.id]);
    expect(request?.risksToAccept).toEqual(['batch-differs', 'claims-replayed']);
    expect(request?.claimsVerified).toBe(false);
  });

  it('after it has expired, is unverified', async () => {
    const world = await connect();
    const key = applicationKeyFromPrivateKey(ci.privateKey);
    const payload = text('a');
    const bound = { operation: 'sign', algorithm: 'ecdsa-sha256', keyLabel: 'release', nonce: new Uint8Array(16).fill(2) };
    const binding = bindMetadata({ ...bound, payload, expiresAt: world.clock.now() + 60_000, batch: batchOf(payload) });
    const metadata = encodeMetadata({ facts: {}, claims: {}, binding });
    await world.thief(ci.privateKey).sign.asynchronous({
      payload: base64Text(payload),
      signKeyName: 'release',
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      metaData: base64Text(metadata),
      metaDataSignature: await signMetadata(key, metadata),
    });
    const approver = world.asApprover(ada);
    const look = async () => (await approver.requests())[0] as RequestView;
    expect(await look()).toMatchObject({ claimsVerified: true, risks: [] });
    world.clock.advance(61_000);
    const late = await look();
    expect(late).toMatchObject({ claimsVerified: false, risks: ['claims-expired'] });
    await expect(approver.decide(late, 'approve')).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  });
});
