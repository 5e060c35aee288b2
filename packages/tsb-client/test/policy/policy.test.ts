import { base64Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/api/index.js';
import {
  anyOf,
  assertPolicySafe,
  buildPolicy,
  explainPolicy,
  never,
  type PolicyApprover,
  type PolicyRules,
  quorum,
  ruleStrength,
} from '../../src/index.js';
import { clientOf, fakeFetch, json } from '../fake-fetch.js';
import { spkiOfPerson } from './people.js';

const people: readonly PolicyApprover[] = [1, 2, 3, 4, 5].map((i) => ({ name: `p${i}`, spki: spkiOfPerson(i) }));
const two = quorum(2, people, { timeoutSeconds: 3600 });
const unsafe = expect.objectContaining({ code: 'ERR_POLICY_UNSAFE' });

describe('quorum', () => {
  it('makes one token with one group', () => {
    expect(quorum(2, people.slice(0, 3), { timeoutSeconds: 3600, timelockSeconds: 60 })).toMatchObject({
      tokens: [
        {
          timelock: 60,
          timeout: 3600,
          groups: [{ quorum: 2, approvals: [{ type: 'public_key', name: 'p1', value: base64Text(spkiOfPerson(1)) }, {}, {}] }],
        },
      ],
    });
  });

  it.each([
    ['more people than there are', () => quorum(6, people, { timeoutSeconds: 60 })],
    ['nobody', () => quorum(0, people, { timeoutSeconds: 60 })],
    ['somebody twice', () => quorum(2, [...people, { spki: spkiOfPerson(1), name: 'p1' }], { timeoutSeconds: 60 })],
    ['half minutes', () => quorum(1, people, { timeoutSeconds: 90 })],
    ['a time lock as long as the timeout', () => quorum(1, people, { timeoutSeconds: 180, timelockSeconds: 180 })],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('buildPolicy', () => {
  it('protects modify, unblock and block like use by default', () => {
    expect(buildPolicy({ use: two })).toEqual({
      ruleUse: two,
      ruleBlock: two,
      ruleUnblock: two,
      ruleModify: two,
      keyStatus: { blocked: false },
    });
  });

  it.each(['modify', 'unblock'] as const)('refuses a %s rule that fewer people can fulfil (S6)', (name) => {
    expect(() => buildPolicy({ use: two, [name]: null })).toThrow(unsafe);
    expect(() => buildPolicy({ use: two, [name]: quorum(1, people, { timeoutSeconds: 60 }) })).toThrow(unsafe);
    expect(() => buildPolicy({ use: two, [name]: anyOf(two, quorum(1, people, { timeoutSeconds: 60 })) })).toThrow(unsafe);
    buildPolicy({ use: two, [name]: null }, { allowUnprotectedModify: true });
    buildPolicy({ use: two, [name]: never() });
  });

  it('refuses approvals to modify or unblock that never expire, and to decrypt (S5)', () => {
    const endless = quorum(2, people, { timeoutSeconds: 0 });
    expect(() => buildPolicy({ use: two, modify: endless })).toThrow(unsafe);
    expect(() => buildPolicy({ use: two, unblock: endless })).toThrow(unsafe);
    expect(() => buildPolicy({ use: endless, modify: two, unblock: two, usage: 'decrypt' })).toThrow(unsafe);
    buildPolicy({ use: endless, modify: two, unblock: two });
  });

  it('refuses a key that nobody can ever use', () => {
    expect(() => buildPolicy({ use: never() })).toThrow(unsafe);
  });

  it('never builds a policy that is weaker in modify or unblock than in use (S6)', () => {
    const rules = fc.option(
      fc.oneof(
        fc
          .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 3 })
          .map((all) => anyOf(...all.map(([n, hours]) => quorum(n, people, { timeoutSeconds: hours * 3600 })))),
        fc.constant(never()),
      ),
    );
    let built = 0;
    fc.assert(
      fc.property(fc.record({ use: rules, modify: rules, unblock: rules, block: rules }), (input: PolicyRules) => {
        let policy: Policy;
        try {
          policy = buildPolicy(input);
        } catch {
          return;
        }
        built++;
        expect(ruleStrength(policy.ruleModify)).toBeGreaterThanOrEqual(ruleStrength(policy.ruleUse));
        expect(ruleStrength(policy.ruleUnblock)).toBeGreaterThanOrEqual(ruleStrength(policy.ruleUse));
      }),
      { numRuns: process.env.SLOW ? 500 : 100 },
    );
    expect(built).toBeGreaterThan(10);
  });
});

describe('explainPolicy', () => {
  const explained = (policy: PolicyRules, unprotected = false) =>
    explainPolicy(buildPolicy(policy, { allowUnprotectedModify: unprotected })).join('\n');

  it('says who can do what, and for how long', () => {
    const text = explained({ use: quorum(2, people.slice(0, 3), { timeoutSeconds: 5400, timelockSeconds: 3600 }), block: null });
    expect(text.replace(/ \[key [0-9a-f]{64}\]/g, '')).toContain(
      'To use the key: 2 of p1, p2, p3, within 90 minutes, not before 1 hour',
    );
    expect(text).toContain('To block the key: anyone with the API, without approval');
  });

  it('warns when anyone with the management token can remove it', () => {
    expect(explained({ use: two, modify: null }, true)).toContain('anyone with the management token can remove this');
  });

  it('warns about approvals that never expire', () => {
    expect(explained({ use: quorum(2, people, { timeoutSeconds: 0 }), modify: two, unblock: two })).toContain('never expires');
  });

  it('tells never from always', () => {
    expect(explained({ use: two, modify: never() })).toContain('To replace these rules: nobody, ever');
  });

  it('shows no control characters of a name', () => {
    const approval = { type: 'public_key', name: 'eve\u001b[2J\u202e', value: base64Text(spkiOfPerson(1)) } as const;
    const rule = { tokens: [{ timelock: 0, timeout: 60, groups: [{ quorum: 1, approvals: [approval] }] }] };
    const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
    expect(explainPolicy(policy).join('\n')).not.toMatch(/[\u001b\u202e]/);
    expect(() => buildPolicy({ use: rule })).toThrow(/ruleUse.tokens\[0\].groups\[0\].approvals\[0\].name/);
  });
});

describe('keys.create', () => {
  const answer = json({ json: { label: 'k', algorithm: 'EC', attributes: {} } }, 201);
  const open: Policy = { ruleUse: two, ruleBlock: null, ruleUnblock: null, ruleModify: null, keyStatus: { blocked: false } };

  it.each([
    ['rsa-3072', { algorithm: 'RSA', keySize: 3072 }],
    ['ec-p384', { algorithm: 'EC', curveOid: '1.3.132.0.34' }],
    ['ed25519', { algorithm: 'ED', curveOid: '1.3.101.112' }],
  ] as const)('asks for a %s that signs and nothing else', async (spec, expected) => {
    const { fetch, seen } = fakeFetch(answer);
    await clientOf(fetch).keys.create({ label: 'k', spec, policy: null });
    expect(seen[0]?.json).toEqual({
      label: 'k',
      ...expected,
      attributes: { decrypt: false, sign: true, unwrap: false, extractable: false },
    });
  });

  it('refuses a policy that anyone can remove (S6)', async () => {
    const { fetch, seen } = fakeFetch(answer);
    const client = clientOf(fetch);
    await expect(client.keys.create({ label: 'k', spec: 'ec-p256', policy: open })).rejects.toThrow(unsafe);
    expect(seen).toHaveLength(0);
    await client.keys.create({ label: 'k', spec: 'ec-p256', policy: open }, { allowUnprotectedModify: true });
  });

  it.each([
    ['to modify', { modify: 1 }, {}],
    ['to unblock', { unblock: 1 }, {}],
    ['to decrypt', { use: 1 }, { sign: false, decrypt: true }],
    ['to unwrap', { use: 1 }, { sign: false, unwrap: true }],
  ])('refuses approvals %s that never expire (S5)', async (_, endless: Partial<Record<string, number>>, attributes) => {
    const { fetch, seen } = fakeFetch(answer);
    const client = clientOf(fetch);
    const ruleOf = (name: string) => quorum(2, people, { timeoutSeconds: endless[name] ? 0 : 600 });
    const policy = {
      ruleUse: ruleOf('use'),
      ruleBlock: null,
      ruleUnblock: ruleOf('unblock'),
      ruleModify: ruleOf('modify'),
      keyStatus: { blocked: false },
    };
    const key = { label: 'k', spec: 'rsa-3072', policy, attributes } as const;
    await expect(client.keys.create(key)).rejects.toThrow(unsafe);
    expect(seen).toHaveLength(0);
    await client.keys.create(key, { allowEndlessApprovals: true });
    const signing = { ...key, attributes: {} };
    if (endless.use) await client.keys.create(signing);
    const { keyStatus, ...rules } = policy;
    if (endless.use) return;
    await expect(client.modify.asynchronous({ label: 'k', policy: rules })).rejects.toThrow(unsafe);
    expect(() => assertPolicySafe(rules)).toThrow(/timeout: .* or set allowEndlessApprovals/);
    assertPolicySafe(rules, { allowEndlessApprovals: true });
  });

  it('refuses a key that signs and decrypts (S4)', async () => {
    const { fetch, seen } = fakeFetch(answer);
    const client = clientOf(fetch);
    const key = { label: 'k', spec: 'rsa-3072', policy: null, attributes: { decrypt: true } } as const;
    await expect(client.keys.create(key)).rejects.toThrow(unsafe);
    expect(seen).toHaveLength(0);
    await client.keys.create(key, { allowSignAndDecrypt: true });
  });

  it('needs a decision about the policy (S8)', async () => {
    const { fetch } = fakeFetch(answer);
    const call = clientOf(fetch).keys.create({ label: 'k', spec: 'ec-p256' } as never);
    await expect(call).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('refuses times that are not whole minutes before anything is sent', async () => {
    const { fetch, seen } = fakeFetch(answer);
    const tokens = [{ ...(two.tokens ?? [])[0], timeout: 90 }] as never;
    const policy = { ...buildPolicy({ use: two }), ruleUse: { tokens } };
    const call = clientOf(fetch).keys.create({ label: 'k', spec: 'ec-p256', policy });
    await expect(call).rejects.toThrow(/ruleUse\.tokens\[0\]\.timeout/);
    expect(seen).toHaveLength(0);
  });

  it.each([
    ['a rule that is a text', { ruleUse: 'x' }],
    ['tokens that are no list', { ruleUse: { tokens: {} } }],
    ['a token that is null', { ruleModify: { tokens: [null] } }],
    ['groups that are no list', { ruleUse: { tokens: [{ timelock: 0, timeout: 60, groups: 3 }] } }],
    ['approvals that are missing', { ruleBlock: { tokens: [{ timelock: 0, timeout: 60, groups: [{ quorum: 1 }] }] } }],
    [
      'an approver that is a number',
      { ruleUse: { tokens: [{ timelock: 0, timeout: 60, groups: [{ quorum: 1, approvals: [1] }] }] } },
    ],
  ])('refuses %s by code, before anything is sent', async (_, wrong) => {
    const { fetch, seen } = fakeFetch(answer);
    const policy = { ...buildPolicy({ use: two }), ...wrong } as never;
    const call = clientOf(fetch).keys.create({ label: 'k', spec: 'ec-p256', policy });
    await expect(call).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(seen).toHaveLength(0);
  });
});
