import { base64Bytes, base64Text, canonicalJson, utf8Bytes, utf8Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret } from '../../../testing/src/index.js';
import type { TaskView } from '../../src/index.js';
import { approverBefore, digestA, hsm, message, metadataFor, spki, type TaskPlan, taskOf } from './task.js';

const password = createSentinel('key-password');
const control = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/;
const evil = 'v1\u001b[2J\u202e\u0007\n\u200b\u009b';

async function look(task: unknown, options: Parameters<typeof approverBefore>[1] = {}) {
  const { approver } = approverBefore([task], options);
  const [view] = await approver.tasks({ detailLevel: 'level6' });
  if (!view) throw new Error('no view');
  return { approver, view };
}

/** The forms in which passwords travel (§2.2): characters, a text, and hidden further down where no schema has one. */
const hidden: Readonly<Record<string, TaskPlan>> = {
  characters: { keyPassword: [...password] },
  text: { more: { keyPassword: password } },
  'of a decryption': { kind: 'decrypt', more: { keyPassword: [...password] } },
  'of an unwrapping key': { kind: 'unwrap', more: { unwrapKeyPassword: [...password] } },
  'of a block': { kind: 'block', keyPassword: [...password] },
  'of a certificate': { kind: 'csr', keyPassword: [...password] },
  'inside a list': { more: { extra: [{ keyPassword: password }] } },
  'inside an object': { more: { extra: { deep: { newPassword: [...password] } } } },
  'as a claim': { metadata: { facts: {}, claims: { keyPassword: password } } },
  ...Object.fromEntries(
    ['pin', 'keyPIN', 'passcode', 'pwd', 'api_key', 'token', 'secret'].map((name) => [
      `as a claim called ${name}`,
      { metadata: { facts: {}, claims: { [name]: password } } },
    ]),
  ),
  'as a claim in a claim': { metadata: utf8Bytes(JSON.stringify({ x: [{ y: { keyPassword: password } }] })) },
  'as a claim in the text of a claim': { metadata: { facts: {}, claims: { x: JSON.stringify({ pin: password }) } } },
  'as a fact that nothing confirms': {
    payload: utf8Bytes('unknown'),
    metadata: { facts: { password, x: `pin=${password}` }, claims: {} },
  },
  'as the name of the application': { metadata: { app: `ci, password: ${password}`, facts: {}, claims: {} } },
  'as text': { metadata: utf8Bytes(`tag: v1, key password = "${password}", PIN: ${password} ${password}\nx: y`) },
  'as text in the request': { more: { comment: `keyPIN: ${password}` } },
};

describe('a key password that approvers could read (S12)', () => {
  it.each(Object.keys(hidden))('is in no view, and in no error: %s', async (name) => {
    const plan = hidden[name] as TaskPlan;
    const task = taskOf(plan);
    expect(utf8Text(base64Bytes(String(task.requestBase64))).length).toBeGreaterThan(password.length);
    const risks: string[] = [];
    await expectNoSecret({ password }, async ({ show }) => {
      const { approver, view } = await look(task);
      show([view, approver, JSON.stringify(view)]);
      const error: unknown = await approver.decide([view], 'approve').catch((e: unknown) => e);
      show(error);
      risks.push(...view.risks);
    });
    if (!name.startsWith('as ')) expect(risks).toContain('password-in-request');
  });

  it('is not seen where there is none', async () => {
    const claims = { shipping: 'now', spinner: 'on', tokens: '2', note: 'the pinned key; passes: 3', json: '{"tag":"v1"}' };
    const { view } = await look(taskOf({ metadata: { facts: {}, claims } }));
    expect(view.claims).toEqual(claims);
  });

  it('is in no error about a request that contradicts itself', async () => {
    const task = taskOf({ keyPassword: [...password] });
    const body = utf8Text(base64Bytes(String(task.requestBase64)));
    const doubled = body.replace('"keyPassword"', `"a":"${password}","a":1,"keyPassword"`);
    await expectNoSecret({ password }, async ({ show }) => {
      for (const text of [doubled, body.slice(0, -3), `${body}${password}`, password])
        show((await look({ ...task, requestBase64: base64Text(utf8Bytes(text)) })).view);
    });
  });
});

/** Every text in a value, names included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}

describe('no text of a view rules a terminal (S11), in the newer members either:', () => {
  const binding = { ...metadataFor(message(digestA), digestA).binding, batchId: evil, nonce: evil, expiresAt: evil };
  const requestStatus = {
    id: 'aaaaaaaa-0000-4000-8000-000000000009',
    status: 'PENDING',
    approvedBy: [base64Text(utf8Bytes(evil))],
    notYetApprovedBy: null,
    rejectedBy: null,
    executionTime: evil,
    result: evil,
  };
  it.each<[string, object]>([
    ['batch, nonce and end', taskOf({ metadata: { facts: {}, claims: {}, binding } })],
    [
      'what is asked',
      taskOf({
        kind: 'unwrap',
        more: { label: evil, [evil]: evil, attributes: { decrypt: true, sign: true, unwrap: true, [evil]: [evil] } },
      }),
    ],
    [
      'the names of a certificate',
      taskOf({ kind: 'csr', more: { standardCertificateAttributes: { commonName: evil, title: evil } } }),
    ],
    ['who decided', { ...taskOf(), requestStatus }],
    ['the cipher', taskOf({ kind: 'decrypt', more: { cipherAlgorithm: evil } })],
    ['the detail level', { ...taskOf(), detailLevel: evil }],
  ])('%s', async (_, task) => {
    const { view } = await look(task, { requesters: [{ name: 'ci', spki: spki(hsm.publicKey) }] });
    expect(textsOf(view).filter((text) => control.test(text))).toEqual([]);
  });

  it('asked members that look alike, or are too many, say so', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, 'x']));
    expect((await look(taskOf({ more: many }))).view.risks).toContain('shortened');
    expect((await look(taskOf({ more: { Label: 'a', label: 'b' } }))).view.risks).toContain('look-alike-names');
  });
});

describe('a view', () => {
  it('cannot be talked out of what was found: it is frozen where it decides', async () => {
    const { approver, view } = await look({ ...taskOf({ seconds: 1_600_000_000 }) });
    expect(() => Object.assign(view, { mismatches: [] })).toThrow(TypeError);
    expect(() => (view.mismatches as string[]).splice(0)).toThrow(TypeError);
    expect(() => (view.risks as string[]).splice(0)).toThrow(TypeError);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });
});

describe('a hostile TSB (S13)', () => {
  const at = (bytes: Uint8Array, find: readonly number[]) => Buffer.from(bytes).indexOf(Buffer.from(find));
  const bent = (change: (bytes: Uint8Array) => unknown) => {
    const task = taskOf({ label: 'abc', payload: message(digestA) });
    const bytes = base64Bytes(task.approvalToBeSigned);
    change(bytes);
    return { ...task, approvalToBeSigned: base64Text(bytes) };
  };
  const policy = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };

  it.each<[string, object]>([
    // The label "abc" is followed by one byte of padding.
    [
      'padding that is not zero',
      bent((bytes) => bytes.fill(1, at(bytes, [0x61, 0x62, 0x63]) + 3, at(bytes, [0x61, 0x62, 0x63]) + 4)),
    ],
    ['a frame that says it is longer', bent((bytes) => bytes.fill((bytes[0] ?? 0) + 1, 0, 1))],
    ['an operation that does not exist', bent((bytes) => bytes.fill(9, 8, 9))],
    ['another operation', bent((bytes) => bytes.fill(3, 8, 9))],
    ['another payload than the timestamp has', bent((bytes) => bytes.fill(0, bytes.byteLength - 5, bytes.byteLength - 4))],
    [
      'the modify challenge of another key',
      { ...taskOf(), approvalToBeSigned: taskOf({ policy, label: 'other' }).approvalToBeSigned },
    ],
    ['the modify challenge of this key', { ...taskOf(), approvalToBeSigned: taskOf({ policy }).approvalToBeSigned }],
    ['the challenge of another key', { ...taskOf(), approvalToBeSigned: taskOf({ label: 'other' }).approvalToBeSigned }],
    ['text in place of a challenge', { ...taskOf(), approvalToBeSigned: base64Text(utf8Bytes('2026-11-21T12:00:00Z')) }],
    ['nothing to sign', { ...taskOf(), approvalToBeSigned: '' }],
  ])('is given no signature: %s', async (_, task) => {
    const { approver, posted } = approverBefore([task]);
    const [view] = await approver.tasks();
    expect(view?.mismatches.length, canonicalJson(view?.mismatches)).toBeGreaterThan(0);
    const all = { allowBlind: true, allowUnverifiedTimestamp: true };
    await expect(approver.approve(view as TaskView, all)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    await expect(approver.decide([view as TaskView], 'approve', all)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(posted).toHaveLength(1);
  });
});
