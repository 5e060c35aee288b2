import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { base64Bytes, base64Text, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import type { ApprovalTask, ModifyPolicy } from '../../src/api/index.js';
import { approverKeyFromPrivateKey, encodePreimage, longestPreimage, quorum, type TaskView } from '../../src/index.js';
import { recorded } from '../vectors.js';
import {
  approverBefore,
  approverKey,
  approverPair,
  digestA,
  digestB,
  hsm,
  loginTime,
  message,
  metadataFor,
  spki,
  type TaskPlan,
  taskOf,
} from './task.js';

async function viewOf(task: unknown, options: Parameters<typeof approverBefore>[1] = {}): Promise<TaskView> {
  const [view] = await approverBefore([task], options).approver.tasks();
  if (!view) throw new Error('no view');
  return view;
}

const honest = (plan: TaskPlan = {}) => taskOf({ metadata: metadataFor(message(digestA), digestA), ...plan });

describe('an honest task', () => {
  it('shows facts from the bytes and claims as claims', async () => {
    const view = await viewOf(honest(), { pinnedTimestampKey: spki(hsm.publicKey) });
    expect(view).toMatchObject({
      operation: 'sign',
      keyLabel: 'release',
      facts: { subject: { digest: digestA } },
      claims: { tag: 'v1', app: 'ci' },
      mismatches: [],
      risks: ['unknown-requester'],
      requester: 'unverified',
      claimsVerified: false,
      detailLevel: 'level5',
      requestedAt: '2026-11-21T11:59:00Z',
    });
  });

  it('is approved by a signature over exactly the bytes of the challenge', async () => {
    const task = honest();
    const { approver, posted } = approverBefore([task]);
    const [view] = await approver.tasks();
    await approver.approve(view as TaskView);
    const sent = posted.at(-1)?.json as Record<string, string>;
    expect(sent.approvalToBeSigned).toBe(task.approvalToBeSigned);
    expect(sent.approverPublicKey).toBe(base64Text(approverKey.spki));
    const signature = base64Bytes(sent.signature as string);
    expect(verify(null, base64Bytes(task.approvalToBeSigned), approverPair.publicKey, signature)).toBe(true);
  });

  it('is rejected with a login, not with a signature over the challenge', async () => {
    const { approver, posted } = approverBefore([honest()]);
    const [view] = await approver.tasks();
    await approver.reject(view as TaskView);
    expect(posted.at(-1)).toMatchObject({ method: 'PATCH', url: 'https://tsb.example/v1/task' });
    expect(posted.at(-1)?.json).not.toHaveProperty('approvalToBeSigned');
  });

  it('cannot be approved through a view of somebody else’s making', async () => {
    const { approver } = approverBefore([honest()]);
    const [view] = await approver.tasks();
    await expect(approver.approve({ ...(view as TaskView) })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('the login', () => {
  it('signs a time of our own clock, never one of the server (S13)', async () => {
    const { approver, posted } = approverBefore([]);
    await approver.tasks();
    const login = posted[0]?.json as Record<string, string>;
    expect(login).toMatchObject({ timestamp: '2026-11-21T11:59:55Z', timestampDigestAlgorithm: 'EdDSA', detailLevel: 'level5' });
    const signature = base64Bytes(login.timestampSignature as string);
    expect(verify(null, utf8Bytes(loginTime(posted[0])), approverPair.publicKey, signature)).toBe(true);
  });

  it('recorded from a real approver verifies over the text of the time', () => {
    const key = createPublicKey({ key: Buffer.from(base64Bytes(recorded.approverKey)), format: 'der', type: 'spki' });
    expect(verify('sha256', utf8Bytes(recorded.login), key, base64Bytes(recorded.loginSignature))).toBe(true);
  });

  it.each([
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'SHA-256', 'sha256'],
    ['secp384r1', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }), 'SHA-384', 'sha384'],
    ['rsa', rsaPair(), 'SHA-256', 'sha256'],
  ])('of a %s key verifies', async (_, pair, digest, hash) => {
    const key = approverKeyFromPrivateKey(pair.privateKey);
    expect(key.digestAlgorithm).toBe(digest);
    const signature = await key.sign(utf8Bytes('text'));
    expect(verify(hash, utf8Bytes('text'), pair.publicKey, signature)).toBe(true);
  });
});

const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const bent = (change: Partial<Record<keyof ApprovalTask, unknown>>, plan: TaskPlan = {}) => ({ ...honest(plan), ...change });
const transplanted = taskOf({ payload: message(digestB), metadata: metadataFor(message(digestA), digestA) });

describe('a hostile task is shown and cannot be approved:', () => {
  it.each([
    ['description of A with the bytes of B (S1)', transplanted],
    [
      'facts of A bound to the bytes of B (S1)',
      taskOf({ payload: message(digestB), metadata: metadataFor(message(digestB), digestA) }),
    ],
    [
      'a fact that the bytes do not say',
      honest({ metadata: metadataFor(message(digestA), digestA, { facts: { expiresAt: '2027-01-01T00:00:00Z' } }) }),
    ],
    [
      'a claim that names another image',
      honest({ metadata: metadataFor(message(digestA), digestA, { claims: { image: `r.example/app@${digestB}` } }) }),
    ],
    ['description bound to another key', honest({ label: 'other' })],
    ['no level 3', bent({ requestBase64: null })],
    ['no level 4', bent({ timestamp: null })],
    ['no level 5', bent({ keyAttributes: null })],
    ['another payload than the challenge', bent({ payload: base64Text(message(digestB)) })],
    ['another request than the challenge', bent({ requestBase64: taskOf({ payload: message(digestB) }).requestBase64 })],
    ['a parsed copy that differs', bent({ signedSignRequest: taskOf({ payload: message(digestB) }).signedSignRequest })],
    ['the key attributes of another key', bent({ keyAttributes: taskOf({ label: 'other' }).keyAttributes })],
    ['the timestamp of another request', bent({ timestamp: taskOf({ seconds: 1 }).timestamp })],
    ['a request from long ago', honest({ seconds: 1_600_000_000 })],
    ['a request from the future', honest({ seconds: 1_900_000_000 })],
    [
      'a challenge of a modify beside a sign request',
      bent({ approvalToBeSigned: taskOf({ policy: openPolicy() }).approvalToBeSigned }),
    ],
    [
      'bytes behind the challenge',
      bent({ approvalToBeSigned: base64Text(Uint8Array.of(...base64Bytes(honest().approvalToBeSigned), 0)) }),
    ],
    ['a challenge that is none', bent({ approvalToBeSigned: base64Text(utf8Bytes('sign this please')) })],
    ['a task of another approver', bent({ approverPublicKey: base64Text(spki(other.publicKey)) })],
  ])('%s', async (_, task) => {
    const { approver, posted } = approverBefore([task]);
    const [view] = await approver.tasks();
    expect(view?.mismatches.length).toBeGreaterThan(0);
    const attempt = approver.approve(view as TaskView, { allowBlind: true });
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(posted).toHaveLength(1);
  });

  it('one bad task hides no good one', async () => {
    const good = { ...honest(), id: 'aaaaaaaa-0000-4000-8000-000000000002' };
    const views = await approverBefore([bent({ approvalToBeSigned: 'AAAA' }), good]).approver.tasks();
    expect(views.map((view) => view.mismatches.length > 0)).toEqual([true, false]);
  });

  it('a timestamp that the pinned HSM key did not sign', async () => {
    const view = await viewOf(honest({ hsmKey: other.privateKey }), { pinnedTimestampKey: spki(hsm.publicKey) });
    expect(view.mismatches).toContain('the pinned HSM key did not sign the timestamp');
  });

  it('a key that is not the pinned one (S7)', async () => {
    const expectedKeys = [{ label: 'release', spkiSha256: 'f'.repeat(64) }];
    expect((await viewOf(honest(), { expectedKeys })).mismatches).toContain('the key is not the one that was pinned');
  });

  it('a key that is not expected', async () => {
    expect((await viewOf(honest(), { expectedKeys: [{ label: 'x' }] })).mismatches).toContain(
      'the key is not one of those expected',
    );
  });
});

describe('blind signing (S2)', () => {
  const payload = Uint8Array.from({ length: 32 }, (_, i) => i);

  it.each([
    ['a payload of no known format', taskOf({ payload }), 'unknown-format'],
    ['a digest', taskOf({ payload, algorithm: 'NONESHA256_WITH_RSA_PSS' }), 'blind'],
    ['a digest that looks like a message', taskOf({ algorithm: 'NONE_WITH_ECDSA' }), 'blind'],
  ])('of %s needs allowBlind', async (_, task, risk) => {
    const { approver, posted } = approverBefore([task]);
    const view = (await approver.tasks())[0] as TaskView;
    expect(view.risks).toContain(risk);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
    expect(posted).toHaveLength(1);
    await approver.approve(view, { allowBlind: true });
    expect(posted).toHaveLength(2);
  });

  it('is not needed when the metadata holds what the digest stands for', async () => {
    const preimage = message(digestA);
    const hashed = Uint8Array.from(createHash('sha256').update(preimage).digest());
    const metadata = metadataFor(hashed, digestA, { preimage: base64Text(preimage) });
    const view = await viewOf(taskOf({ payload: hashed, algorithm: 'NONE_WITH_ECDSA', metadata }));
    expect(view).toMatchObject({ facts: { subject: { digest: digestA } }, mismatches: [] });
  });

  it('is not needed for a message over 65,535 bytes, which has no other way to its approvers', async () => {
    const preimage = utf8Bytes(`toy:${digestA}${' '.repeat(100_000)}`);
    const hashed = Uint8Array.from(createHash('sha384').update(preimage).digest());
    const metadata = metadataFor(hashed, digestA, { facts: {}, binding: {}, preimage: encodePreimage(preimage) });
    const { approver } = approverBefore([taskOf({ payload: hashed, algorithm: 'NONE_WITH_ECDSA', metadata })]);
    const [view] = await approver.tasks();
    expect(view).toMatchObject({ facts: { format: 'toy' }, mismatches: [], payloadSize: 48 });
    await approver.approve(view as TaskView);
  });

  it('of a message that is longer than people can be shown is refused', async () => {
    const preimage = base64Text(new Uint8Array(longestPreimage + 3));
    const metadata = metadataFor(payload, digestA, { facts: {}, binding: {}, preimage });
    const view = await viewOf(taskOf({ payload, algorithm: 'NONE_WITH_ECDSA', metadata }));
    expect(view.mismatches).toEqual([expect.stringContaining(String(longestPreimage))]);
  });

  it('is still needed when the preimage is of another digest', async () => {
    const metadata = metadataFor(payload, digestA, { facts: {}, preimage: base64Text(message(digestA)) });
    const view = await viewOf(taskOf({ payload, algorithm: 'NONE_WITH_ECDSA', metadata }));
    expect(view.facts).toBeUndefined();
    expect(view.risks).toContain('blind');
  });

  it('shows facts that only the metadata states as unverified claims', async () => {
    const metadata = metadataFor(payload, digestA);
    const view = await viewOf(taskOf({ payload, metadata }));
    expect(view.facts).toBeUndefined();
    expect(view.claims['unverified subject.digest']).toBe(digestA);
  });
});

function openPolicy(): ModifyPolicy {
  return { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };
}

describe('a change of rules', () => {
  const rule = quorum(1, [{ name: 'a', spki: approverKey.spki }], { timeoutSeconds: 600 });

  it('is shown in words, with its warnings', async () => {
    const view = await viewOf(taskOf({ policy: openPolicy() }));
    expect(view).toMatchObject({ operation: 'modify', mismatches: [] });
    expect(view.risks).toContain('policy-change');
    expect(view.policyText?.join('\n')).toContain('anyone with the management token can remove this');
  });

  it('is refused when the request asks for other rules than the challenge', async () => {
    const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
    const view = await viewOf(taskOf({ policy: openPolicy(), requestedPolicy: policy }));
    expect(view.mismatches).toContain('the request asks for other rules than the challenge');
  });
});

describe('what a view shows', () => {
  it('holds no key password (S12)', async () => {
    const sentinel = 'geheim-4711';
    const view = await viewOf(honest({ keyPassword: sentinel.split('') }));
    expect(view.risks).toContain('password-in-request');
    for (const text of [inspect(view, { depth: 9 }), JSON.stringify(view)]) {
      expect(text).not.toContain(sentinel);
      expect(text).not.toContain(sentinel.split('').join('","'));
      expect(text).not.toContain(base64Text(utf8Bytes(sentinel)).slice(0, 8));
    }
  });

  it('holds no character that rules a terminal, and digests whole (S11)', async () => {
    const metadata = metadataFor(message(digestA), digestA, { claims: { 'ta\u001b[2Jg': 'v1\u202e\u0007\n' } });
    const view = await viewOf(taskOf({ label: 'rel\u001b[31mease', metadata }));
    expect(JSON.stringify([view.keyLabel, view.claims, view.mismatches])).not.toMatch(/[\u0000-\u001f\u202e]|\\u001b|\\n/);
    expect(view.facts?.subject?.digest).toBe(digestA);
  });

  it('is text when the metadata is no JSON', async () => {
    const view = await viewOf(taskOf({ metadata: utf8Bytes('please sign') }));
    expect(view.claims).toEqual({ metadata: 'please sign' });
    expect(view.risks).toContain('no-metadata-binding');
  });
});

it('all pages of tasks are fetched, and a server that repeats one page ends the walk', async () => {
  const page = Array.from({ length: 20 }, (_, i) => ({
    ...honest(),
    id: `aaaaaaaa-0000-4000-8000-${String(i).padStart(12, '0')}`,
  }));
  const { approver, posted } = approverBefore(page);
  expect(await approver.tasks()).toHaveLength(20);
  expect(posted).toHaveLength(2);
});
