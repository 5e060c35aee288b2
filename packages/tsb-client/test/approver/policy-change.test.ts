import { createHash, generateKeyPairSync } from 'node:crypto';
import { base64Text, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { ModifyPolicy, PolicyApproval } from '../../src/api/index.js';
import { type TaskRisk, type TaskView, taskText } from '../../src/index.js';
import { spkiOfPerson } from '../policy/people.js';
import { approverBefore, attestor, keyPair, keyXmlOf, spki, type TaskPlan, taskOf } from './task.js';

const person = (name: string, number: number): PolicyApproval => ({
  type: 'public_key',
  name,
  value: base64Text(spkiOfPerson(number)),
});
const keyHash = (number: number) => createHash('sha256').update(spkiOfPerson(number)).digest('hex');

function policyOf(people: readonly PolicyApproval[], quorum = 2): ModifyPolicy {
  const rule = {
    tokens: [{ name: 'approval', timelock: 0, timeout: 3600, groups: [{ name: 'approval', quorum, approvals: [...people] }] }],
  };
  return { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
}

function xmlOf(people: readonly PolicyApproval[], label = 'release', publicKey?: Uint8Array): string {
  const approvals = people.map(({ name, value }) => `<approval type="public_key" name="${name}">${value}</approval>`).join('');
  const token = `<token name="approval"><timelock>0</timelock><timeout>3600</timeout><group name="approval"><quorum>2</quorum>${approvals}</group></token>`;
  const rules = ['use', 'block', 'unblock', 'modify'].map((name) => `<rule_${name}>${token}</rule_${name}>`).join('');
  const policy = `<policy><key_status><blocked>false</blocked></key_status>${rules}</policy>`;
  return keyXmlOf({ sign: true, decrypt: false, unwrap: false }, policy, label, publicKey);
}

const honest = [person('CISO', 1), person('Dev lead', 2)];
const attestationKeys = [spki(attestor().publicKey)];

async function look(plan: TaskPlan, options: Parameters<typeof approverBefore>[1] = { attestationKeys }): Promise<TaskView> {
  const [view] = await approverBefore([taskOf(plan)], options).approver.tasks();
  if (!view) throw new Error('no view');
  return view;
}
const risksOf = async (plan: TaskPlan, options?: Parameters<typeof approverBefore>[1]) =>
  (await look(plan, options)).risks.filter((risk) => risk !== 'unknown-requester');

describe('a change of rules to strangers under known names', () => {
  const strangers = [person('CISO', 11), person('Dev lead', 12)];

  it('shows the whole key hash of everybody, on the terminal too', async () => {
    const view = await look({ policy: policyOf(strangers), keyXml: xmlOf(honest), attested: true });
    const [rule] = view.policyText ?? [];
    expect(rule).toBe(`To use the key: 2 of CISO [key ${keyHash(11)}], Dev lead [key ${keyHash(12)}], within 1 hour`);
    expect(view.policyChanges?.map(({ text }) => text)).toContain(
      `To use the key: CISO [key ${keyHash(1)}] can no longer approve`,
    );
    const lines = taskText(view).join('\n');
    for (const number of [1, 2, 11, 12]) expect(lines).toContain(keyHash(number));
    expect(lines).toContain(view.keySpkiSha256);
  });

  it('takes the names of others', async () => {
    const risks = ['policy-weaker', 'policy-look-alike', 'policy-change'];
    expect(await risksOf({ policy: policyOf(strangers), keyXml: xmlOf(honest), attested: true })).toEqual(risks);
    const cyrillic = [person('СISO', 11), honest[1] as PolicyApproval];
    expect(await risksOf({ policy: policyOf(cyrillic), keyXml: xmlOf(honest), attested: true })).toEqual(risks);
  });

  it('is not called stronger because there are more of them', async () => {
    const three = [person('a', 11), person('b', 12), person('c', 13)];
    expect(await risksOf({ policy: policyOf(three, 3), keyXml: xmlOf(honest), attested: true })).toContain('policy-weaker');
  });
});

describe('the rules of today', () => {
  const unchanged = { policy: policyOf(honest), keyXml: xmlOf(honest) };
  const late = { ...unchanged, keyXml: xmlOf(honest).replace('2026-11-21T11:59:00Z', '2026-11-20T11:59:00Z') };
  const ahead = { ...unchanged, keyXml: xmlOf(honest).replace('2026-11-21T11:59:00Z', '2026-11-21T12:06:00Z') };

  it('that a pinned attestation key signed are known', async () => {
    const view = await look({ ...unchanged, attested: true });
    expect(view).toMatchObject({ keyAttested: true, policyChanges: [], mismatches: [] });
    expect(view.risks).not.toContain('policy-weaker');
    expect(taskText(view).join('\n')).toContain('by the HSM:\n');
  });

  it.each<[string, TaskPlan, object]>([
    ['without a signature', unchanged, { attestationKeys }],
    ['signed by a key that nobody pinned', { ...unchanged, attested: true }, {}],
    ['signed a day and a minute ago', { ...late, attested: true }, { attestationKeys }],
    ['signed in the future', { ...ahead, attested: true }, { attestationKeys }],
  ])('%s are the TSB’s word, and any change counts as weaker', async (_, plan, options) => {
    const view = await look(plan, options);
    expect(view).toMatchObject({ keyAttested: false, policyChanges: [], mismatches: [] });
    expect(view.risks).toContain('policy-weaker');
    expect(taskText(view).join('\n')).toContain('by the TSB alone; nothing proves it:\n');
  });

  it.each<[string, string]>([
    ['base64 that is not canonical', 'AB=='],
    ['a signature of something else', 'AAAA'],
  ])('with %s for a signature are the TSB’s word', async (_, keyAttributesSignature) => {
    const task = { ...taskOf(unchanged), keyAttributesSignature };
    const [view] = await approverBefore([task], { attestationKeys }).approver.tasks();
    expect(view?.keyAttested).toBe(false);
  });

  // S7: the XML of another key, signed by the HSM, says nothing of this one.
  it.each<[string, TaskPlan]>([
    ['of another label', { ...unchanged, keyXml: xmlOf(honest, 'other'), attested: true }],
    [
      'of another key that has the label now',
      {
        ...unchanged,
        keyXml: xmlOf(honest, 'release', spki(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey)),
        attested: true,
      },
    ],
  ])('swapped for attributes %s are refused, although attested', async (_, plan) => {
    const { approver } = approverBefore([taskOf(plan)], {
      attestationKeys,
      expectedKeys: [{ label: 'release', spkiSha256: createHash('sha256').update(spki(keyPair.publicKey)).digest('hex') }],
    });
    const [view] = await approver.tasks();
    expect(view?.mismatches.length).toBeGreaterThan(0);
    await expect(approver.approve(view as TaskView)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });

  it.each([
    ['no list', spki(attestor().publicKey)],
    ['text', ['x']],
    ['no key', [utf8Bytes('x')]],
    ['an EC key', [spki(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey)]],
    ['RSA of 1024 bits', [spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)]],
  ])('cannot be vouched for by %s', (_, keys) => {
    expect(() => approverBefore([], { attestationKeys: keys } as never)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(INVALID_ARGUMENT|MALFORMED)$/) }),
    );
  });
});

describe('new rules that no builder makes', () => {
  it.each<[string, readonly PolicyApproval[], TaskRisk, number]>([
    ['one key twice', [person('CISO', 1), person('Dev lead', 1)], 'policy-same-person', 2],
    ['two people whose names look the same', [person('CISO', 1), person('CIS0', 2)], 'policy-look-alike', 2],
    ['a quorum that cannot be reached', honest, 'policy-mistake', 3],
  ])('are a risk: %s', async (_, people, risk, quorum) => {
    const view = await look({ policy: policyOf(people, quorum), keyXml: xmlOf(honest), attested: true });
    expect(view.risks).toContain(risk);
    expect(view.policyText?.some((line) => line.startsWith('MISTAKE: ruleUse.tokens[0].groups[0]'))).toBe(true);
  });

  it('are weaker when one key is listed twice, whatever they are compared with', async () => {
    const twice = [person('CISO', 1), person('CISO', 1)];
    expect(await risksOf({ policy: policyOf(twice), keyXml: xmlOf(twice), attested: true })).toContain('policy-weaker');
  });
});
