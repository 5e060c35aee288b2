import { generateKeyPairSync } from 'node:crypto';
import { base64Bytes, base64Text, createMemoryStore, spkiOf, utf8Bytes, utf8Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import type { ApprovalTask } from '../../src/api/index.js';
import {
  applicationKeyFromPrivateKey,
  approverKeyFromPrivateKey,
  createApprover,
  encodeMetadata,
  type TaskView,
} from '../../src/index.js';
import { approverBefore, digestA, digestB, hsm, message, metadataFor, spki, type TaskPlan, taskOf } from './task.js';

const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const rsa = rsaPair();
const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const requesters = [
  { name: 'release-ci', spki: spki(ci.publicKey) },
  { name: 'legacy-ci', spki: spki(rsa.publicKey) },
];
const payload = message(digestA);
const honest = (plan: TaskPlan = {}) =>
  taskOf({ payload, metadata: metadataFor(payload, digestA), signedBy: ci.privateKey, ...plan });

async function look(task: unknown, options: Parameters<typeof approverBefore>[1] = {}) {
  const { approver, posted } = approverBefore([task], { requesters, requireKnownRequester: true, ...options });
  const [view] = await approver.tasks();
  if (!view) throw new Error('no view');
  return { approver, posted, view };
}

const notTrusted = { code: 'ERR_NOT_TRUSTED' };
const mismatch = { code: 'ERR_FACTS_MISMATCH' };

/** A task whose original body is the same text with one change, here and in the parsed copy. */
function rewritten(task: ApprovalTask, change: (body: string) => string): ApprovalTask {
  const text = change(utf8Text(base64Bytes(String(task.requestBase64))));
  return { ...task, requestBase64: base64Text(utf8Bytes(text)), signedSignRequest: JSON.parse(text) as never };
}

describe('a request that a pinned application signed (S3)', () => {
  it.each([
    ['with ECDSA', ci, 'release-ci'],
    ['with RSA', rsa, 'legacy-ci'],
  ])('names the application, and its claims are verified: %s', async (_, pair, name) => {
    const { approver, view } = await look(honest({ signedBy: pair.privateKey }));
    expect(view).toMatchObject({ requester: { name }, claimsVerified: true, mismatches: [], risks: [] });
    await approver.approve(view);
  });

  it('may sign its description as well', async () => {
    const over = encodeMetadata(metadataFor(payload, digestA));
    const { view } = await look(honest({ metadataSignatureOver: over }));
    expect(view).toMatchObject({ claimsVerified: true, mismatches: [] });
  });

  it('is known by the very text it was written in', async () => {
    const spaced = rewritten(honest(), (body) => body.replaceAll(',"', ' ,\n "'));
    expect((await look(spaced)).view).toMatchObject({ requester: { name: 'release-ci' }, mismatches: [] });
    const reordered = rewritten(honest(), (body) =>
      body.replace(/("signKeyName":"release"),("signatureAlgorithm":"[A-Z0-9_]+")/, '$2,$1'),
    );
    expect((await look(reordered)).view.mismatches).toEqual(['the request signature does not verify']);
  });

  it('without a description has nothing to verify, and is not known enough', async () => {
    const { approver, view } = await look(taskOf({ payload, signedBy: ci.privateKey }));
    expect(view).toMatchObject({ requester: { name: 'release-ci' }, claimsVerified: false, risks: [] });
    await expect(approver.approve(view)).rejects.toMatchObject(notTrusted);
  });
});

describe('a requester that is not known is shown as unverified, and refused where one must be known:', () => {
  it.each([
    ['no signature', honest({ signedBy: undefined as never })],
    ['a fresh key of its own', honest({ signedBy: stranger.privateKey })],
  ])('%s', async (_, task) => {
    const { approver, posted, view } = await look(task);
    expect(view).toMatchObject({ requester: 'unverified', claimsVerified: false, mismatches: [] });
    expect(view.risks).toEqual(['unknown-requester']);
    await expect(approver.approve(view)).rejects.toMatchObject(notTrusted);
    expect(posted).toHaveLength(1);
    const lax = await look(task, { requireKnownRequester: false });
    await lax.approver.approve(lax.view);
  });

  it.each([
    ['an expired description', { expiresAt: '2026-11-21T11:59:59Z' }, 'claims-expired'],
    ['one that says not how long it holds', { expiresAt: undefined as never }, 'claims-expired'],
    ['an end that is no time', { expiresAt: '2027' }, 'claims-expired'],
    ['no nonce', { nonce: undefined as never }, 'claims-without-nonce'],
    ['a nonce of one byte', { nonce: '00' }, 'claims-without-nonce'],
    ['no hash of the payload', { payloadSha256: undefined as never }, 'no-metadata-binding'],
    ['no algorithm', { algorithm: undefined as never }, 'no-metadata-binding'],
  ])('%s', async (_, change, risk) => {
    const honestly = metadataFor(payload, digestA);
    const metadata = { ...honestly, binding: { ...honestly.binding, ...change } };
    const { approver, view } = await look(honest({ metadata }));
    expect(view).toMatchObject({ requester: { name: 'release-ci' }, claimsVerified: false, risks: [risk], mismatches: [] });
    await expect(approver.approve(view)).rejects.toMatchObject(notTrusted);
  });

  it('a description that another task used before', async () => {
    const first = honest({ id: 'aaaaaaaa-0000-4000-8000-000000000001' });
    const again = honest({ id: 'aaaaaaaa-0000-4000-8000-000000000002', seconds: Date.parse('2026-11-21T11:59:30Z') / 1000 });
    let listed: unknown[] = [first, again];
    const { approver } = approverBefore(() => listed, { requesters, requireKnownRequester: true });
    const [one, two] = await approver.tasks();
    expect([one?.claimsVerified, two?.claimsVerified]).toEqual([true, false]);
    expect(two?.risks).toEqual(['claims-replayed']);
    listed = [again];
    const [later] = await approver.tasks();
    expect(later?.risks).toEqual(['claims-replayed']);
    await expect(approver.approve(later as TaskView)).rejects.toMatchObject(notTrusted);
    listed = [first];
    expect((await approver.tasks())[0]?.claimsVerified).toBe(true);
  });
});

describe('a description is good for one approval', () => {
  // A TSB chooses the ids of tasks; a challenge of the HSM is only made for a request of its own.
  const at = (seconds: string, id = 'aaaaaaaa-0000-4000-8000-000000000001') =>
    honest({ id, seconds: Date.parse(`2026-11-21T11:${seconds}Z`) / 1000 });
  const known = { requesters, requireKnownRequester: true };

  it('whatever the task is called: under the same id, another request is a replay', async () => {
    const original = at('58:00');
    let listed = [original];
    const { approver, posted } = approverBefore(() => listed, known);
    const [first] = await approver.tasks();
    await approver.approve(first as TaskView);
    listed = [at('59:00')];
    const [second] = await approver.tasks();
    expect(second).toMatchObject({ claimsVerified: false, risks: ['claims-replayed'] });
    await expect(approver.approve(second as TaskView)).rejects.toMatchObject(notTrusted);
    listed = [original];
    const [again] = await approver.tasks();
    expect(again?.claimsVerified).toBe(true);
    await approver.approve(again as TaskView);
    expect(posted.filter(({ url }) => url.endsWith('/v1/approval'))).toHaveLength(2);
  });

  it('also without requireKnownRequester, and in one decision over both', async () => {
    const listed = [at('58:00'), at('59:00', 'aaaaaaaa-0000-4000-8000-000000000002')];
    const { approver, posted } = approverBefore(listed, { requesters });
    const views = await approver.tasks();
    const { outcomes } = await approver.decide(views, 'approve', { acceptRisks: ['claims-replayed'] });
    expect(outcomes).toMatchObject([{ outcome: 'approved' }, { outcome: 'failed', error: notTrusted }]);
    await expect(approver.approve(views[1] as TaskView)).rejects.toMatchObject(notTrusted);
    expect(posted.filter(({ url }) => url.endsWith('/v1/approval'))).toHaveLength(1);
  });

  it('also after a restart, where they are stored', async () => {
    const store = createMemoryStore();
    const original = at('58:00');
    const before = approverBefore([original], { ...known, store }).approver;
    await before.approve((await before.tasks())[0] as TaskView);
    const after = approverBefore(() => [at('59:00')], { ...known, store }).approver;
    expect((await after.tasks())[0]?.risks).toEqual(['claims-replayed']);
    const same = approverBefore([original], { ...known, store }).approver;
    await same.approve((await same.tasks())[0] as TaskView);
  });

  it('also of two programs that share a store and have both looked', async () => {
    const store = createMemoryStore();
    const [one, two] = ['58:00', '59:00'].map((time) => approverBefore([at(time)], { ...known, store }).approver);
    const [[first], [second]] = [(await one?.tasks()) ?? [], (await two?.tasks()) ?? []];
    expect(second?.claimsVerified).toBe(true);
    await one?.approve(first as TaskView);
    await expect(two?.approve(second as TaskView)).rejects.toMatchObject(notTrusted);
  });

  it('and a store that is none is refused', () => {
    expect(() => approverBefore([], { store: {} as never })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a signature that is there and wrong is a contradiction:', () => {
  const signedText = (task: ApprovalTask) =>
    rewritten(task, (body) => body.replace('"signatureAlgorithm"', '"payloadType":"PDF","signatureAlgorithm"'));
  const transplanted = () => {
    // Description and signature of A, taken along to the bytes of B.
    const other = taskOf({ payload: message(digestB), metadata: metadataFor(payload, digestA) });
    const { requestSignature } = JSON.parse(utf8Text(base64Bytes(String(honest().requestBase64)))) as {
      requestSignature: object;
    };
    return rewritten(other, (body) => JSON.stringify({ ...(JSON.parse(body) as object), requestSignature }));
  };
  const bent = (change: object) =>
    rewritten(honest(), (body) => {
      const parsed = JSON.parse(body) as { requestSignature: object };
      return JSON.stringify({ ...parsed, requestSignature: { ...parsed.requestSignature, ...change } });
    });

  it.each([
    ['over another request', signedText(honest()), 'the request signature does not verify'],
    ['of another request, with its description', transplanted(), 'the request signature does not verify'],
    ['under another digest', bent({ digestAlgorithm: 'SHA-512' }), 'the request signature does not verify'],
    ['that is no signature', bent({ signature: 'AAAA' }), 'the request signature does not verify'],
    [
      'of a stranger over another request',
      signedText(honest({ signedBy: stranger.privateKey })),
      'the request signature does not verify',
    ],
    [
      'of a stranger in the name of the application',
      honest({ signedBy: stranger.privateKey, namedKey: ci.privateKey }),
      'the request signature does not verify',
    ],
    [
      'of the application in the name of a stranger',
      honest({ namedKey: stranger.privateKey }),
      'the request names another key than the one that signed it',
    ],
    [
      'over other metadata',
      honest({ metadataSignatureOver: utf8Bytes('{}') }),
      'the metadata signature is not by the key that signed the request',
    ],
  ])('%s', async (_, task, line) => {
    const { approver, posted, view } = await look(task, { requireKnownRequester: false });
    expect(view.mismatches).toContain(line);
    expect(view).toMatchObject({ requester: 'unverified', claimsVerified: false });
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject(mismatch);
    expect(posted).toHaveLength(1);
  });

  it('of which a part is missing', async () => {
    const task = honest();
    const original = rewritten(task, (body) => body.replace(/"digestAlgorithm":"SHA-256",/, ''));
    const { view } = await look({ ...original, signedSignRequest: task.signedSignRequest });
    expect(view.mismatches).toEqual(['the request signature is not a signature, a digest and a public key']);
  });

  it('a description that the list shows differently than the request', async () => {
    const metaData = base64Text(encodeMetadata(metadataFor(payload, digestA, { claims: { tag: 'v2' } })));
    const { approver, view } = await look({ ...honest(), metaData });
    expect(view.mismatches).toContain('the metaData of the task is not the one in the request');
    await expect(approver.approve(view)).rejects.toMatchObject(mismatch);
  });
});

describe('nobody approves their own request (S43)', () => {
  it('whose signature names the approver’s key', async () => {
    const key = approverKeyFromPrivateKey(ci.privateKey);
    const task = { ...honest(), approverPublicKey: base64Text(key.spki) };
    const { approver, posted, view } = await look(task, { key });
    expect(view.risks).toContain('own-request');
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
    await approver.reject(view);
    expect(posted.at(-1)?.method).toBe('PATCH');
  });

  it('so no approver is made whose key is also the application key of its client', () => {
    const own = { url: 'https://tsb.example', auth: { type: 'none' }, formats: [] } as const;
    const key = approverKeyFromPrivateKey(ci.privateKey);
    const applicationKey = applicationKeyFromPrivateKey(ci.privateKey);
    expect(() => createApprover({ ...own, key, applicationKey })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('one key') }),
    );
    createApprover({ ...own, key, applicationKey: applicationKeyFromPrivateKey(rsa.privateKey) });
  });
});

describe('the time of a request', () => {
  it('that no pinned HSM key vouches for is refused, unless that is allowed', async () => {
    const { approver, posted } = approverBefore([honest()], { pinnedTimestampKey: undefined as never });
    const [view] = await approver.tasks();
    expect(view?.risks).toContain('timestamp-unverified');
    await expect(approver.approve(view as TaskView)).rejects.toMatchObject(notTrusted);
    expect(posted).toHaveLength(1);
    await approver.approve(view as TaskView, { allowUnverifiedTimestamp: true });
    expect(posted).toHaveLength(2);
  });

  it('may be by any of several HSM keys', async () => {
    const timestampKeys = [spki(stranger.publicKey), spki(hsm.publicKey)];
    const { approver } = approverBefore([honest()], { pinnedTimestampKey: undefined as never, timestampKeys });
    expect((await approver.tasks())[0]?.risks).not.toContain('timestamp-unverified');
    const without = approverBefore([honest()], {
      pinnedTimestampKey: undefined as never,
      timestampKeys: timestampKeys.slice(0, 1),
    });
    expect((await without.approver.tasks())[0]?.mismatches).toEqual(['the pinned HSM key did not sign the timestamp']);
  });

  it.each([
    ['another signature beside the challenge', { timestampSignature: base64Text(Uint8Array.of(0x30, 0)) }],
    ['another timestamp beside the challenge', { timestamp: taskOf({ seconds: 5 }).timestamp }],
  ])('%s is a contradiction', async (_, change) => {
    expect((await look({ ...honest(), ...change })).view.mismatches).toHaveLength(1);
  });
});

describe('pins are checked when they are given:', () => {
  const weak = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  it.each<[string, object]>([
    ['a requester without a name', { requesters: [{ name: '', spki: spki(ci.publicKey) }] }],
    ['a requester without a key', { requesters: [{ name: 'x' }] }],
    ['a requester with a private key in bytes', { requesters: [{ name: 'x', spki: utf8Bytes('x') }] }],
    ['an RSA key of 1024 bits', { requesters: [{ name: 'x', spki: spkiOf(weak()) }] }],
    [
      'an Ed25519 key, for which the wire has no digest',
      { requesters: [{ name: 'x', spki: spkiOf(generateKeyPairSync('ed25519').publicKey) }] },
    ],
    ['one requester that is no list', { requesters: {} }],
    ['requireKnownRequester without requesters', { requesters: undefined, requireKnownRequester: true }],
    ['requireKnownRequester that is no flag', { requireKnownRequester: 1 }],
    ['timestamp keys that are no list', { timestampKeys: spki(hsm.publicKey) }],
    ['a timestamp key that is RSA', { timestampKeys: [spki(rsa.publicKey)] }],
    ['a timestamp key that is none', { pinnedTimestampKey: Uint8Array.of(1) }],
  ])('%s', (_, options) => {
    expect(() => approverBefore([], { requesters, ...options } as never)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(INVALID_ARGUMENT|MALFORMED)$/) }),
    );
  });

  it('an empty list of requesters is nobody', async () => {
    const { approver, view } = await look(honest(), { requesters: [] });
    expect(view.requester).toBe('unverified');
    await expect(approver.approve(view)).rejects.toMatchObject(notTrusted);
  });
});
