import { createHash } from 'node:crypto';
import { base64Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import {
  decodePolicyFrame,
  encodePolicyFrame,
  type ModifyPolicy,
  type PolicyApproval,
  type PolicyRule,
} from '../../src/api/index.js';
import {
  anyOf,
  atLeast,
  buildPolicy,
  diffPolicies,
  explainPolicy,
  never,
  type PolicyChange,
  policyWeaknesses,
} from '../../src/index.js';
import { approverCertificate } from './certificate.js';
import { spkiOfPerson } from './people.js';

const person = (name: string, number: number) => ({ name, spki: spkiOfPerson(number) });
const [ciso, devLead, product, lawyer] = [person('CISO', 1), person('Dev lead', 2), person('Product', 3), person('Lawyer', 4)];
/** A sentence with the whole SHA-256 of the key beside each name. */
const sha256 = (spki: Uint8Array) => createHash('sha256').update(spki).digest('hex');
const withKeys = (text: string) =>
  [ciso, devLead, product, lawyer].reduce((all, { name, spki }) => all.replaceAll(name, `${name} [key ${sha256(spki)}]`), text);
const two = atLeast(2).of(ciso, devLead, product);
const use = two.within('1h').after('10m');
const change = two.within('1d');
const sound = buildPolicy({ use, modify: change, unblock: change, block: change });
const withRule = (name: keyof ModifyPolicy, rule: PolicyRule | null): ModifyPolicy => ({ ...sound, [name]: rule });
const warnings = (policy: ModifyPolicy, options?: { use: 'sign' | 'decrypt' }) =>
  policyWeaknesses(policy, options).map(({ kind, path, severity }) => [kind, path, severity]);

describe('a policy in words', () => {
  it('is a sentence a rule', () => {
    expect(explainPolicy(sound)).toEqual(
      [
        'To use the key: 2 of CISO, Dev lead, Product, within 1 hour, not before 10 minutes',
        'To block the key: 2 of CISO, Dev lead, Product, within 1 day',
        'To unblock the key: 2 of CISO, Dev lead, Product, within 1 day',
        'To replace these rules: 2 of CISO, Dev lead, Product, within 1 day',
      ].map(withKeys),
    );
  });

  it('says several ways, several groups, nobody, anyone, and for ever', () => {
    const rule = anyOf(two.and(atLeast(1).of(lawyer)).within('90m'), atLeast(1).of(lawyer).withoutEnd());
    const lines = explainPolicy({ ruleUse: rule, ruleBlock: null, ruleUnblock: never(), ruleModify: { tokens: null } });
    expect(lines.slice(0, 5)).toEqual(
      [
        'To use the key: 2 of CISO, Dev lead, Product, and 1 of Lawyer, within 90 minutes',
        'or, to use the key: 1 of Lawyer, at any time',
        'To block the key: anyone with the API, without approval',
        'To unblock the key: nobody, ever',
        'To replace these rules: nobody, ever',
      ].map(withKeys),
    );
  });

  it('names everybody by the whole SHA-256 of their key, and people with certificates by their common name', () => {
    const { certificate, spki } = approverCertificate('Ann Approver');
    const rule = atLeast(1)
      .of({ spki: spkiOfPerson(7) }, { certificate }, { onboarded: 'bob@example.org' })
      .within('1h');
    const [line] = explainPolicy(withRule('ruleUse', rule));
    expect(line).toBe(
      `To use the key: 1 of somebody without a name [key ${sha256(spkiOfPerson(7))}], Ann Approver [key ${sha256(spki)}], bob@example.org [key not stated], within 1 hour`,
    );
  });

  it.each(['Ann, Bob', 'Ann and Bob', 'x, within 1 minute', '2 of Ann', '"', '(a)'])(
    "lets no name pass for more: '%s'",
    (name) => {
      const evil: PolicyApproval = { type: 'public_key', name, value: base64Text(spkiOfPerson(9)) };
      const rule = { tokens: [{ timelock: 0, timeout: 60, groups: [{ quorum: 1, approvals: [evil] }] }] };
      expect(explainPolicy(withRule('ruleUse', rule))[0]).toBe(
        `To use the key: 1 of "${name.replaceAll('"', "'")}" [key ${sha256(spkiOfPerson(9))}], within 1 minute`,
      );
    },
  );
});

const listed = (name: string, number: number): PolicyApproval => ({
  type: 'public_key',
  name,
  value: base64Text(spkiOfPerson(number)),
});

describe('weaknesses', () => {
  const one = atLeast(1).of(ciso, devLead);

  it('a sound policy has none', () => {
    expect(policyWeaknesses(sound)).toEqual([]);
  });

  it.each([
    ['ruleModify', 'anyone with the management token can remove this'],
    ['ruleUnblock', 'a blocked key can be unblocked by anyone with the API'],
    ['ruleUse', 'anyone with the API can use the key'],
  ] as const)('%s open to anyone', (name, message) => {
    for (const rule of [null, { tokens: [{ timelock: 0, timeout: 600, groups: [] }] }])
      expect(policyWeaknesses(withRule(name, rule))).toContainEqual({
        rule: name,
        kind: 'anyone',
        path: name,
        message,
        severity: 'warning',
      });
  });

  it('approvals that never expire: replayable where that does harm', () => {
    const endless = two.withoutEnd();
    expect(warnings(withRule('ruleUse', endless))).toEqual([['never-expires', 'ruleUse.tokens[0].timeout', 'warning']]);
    expect(warnings(withRule('ruleUse', endless), { use: 'decrypt' })).toEqual([
      ['replayable', 'ruleUse.tokens[0].timeout', 'warning'],
    ]);
    for (const name of ['ruleModify', 'ruleUnblock'] as const)
      expect(warnings(withRule(name, use.or(endless)))).toEqual([['replayable', `${name}.tokens[1].timeout`, 'warning']]);
  });

  it('one person alone', () => {
    expect(warnings({ ruleUse: one.within('1h'), ruleBlock: one.within('1h'), ruleUnblock: change, ruleModify: change })).toEqual(
      [['one-person', 'ruleUse', 'notice']],
    );
    // Two groups of one, and the same person in both.
    const both = one.and(atLeast(1).of(ciso, product)).within('1h');
    expect(warnings(withRule('ruleUse', both))).toEqual([
      ['same-person', 'ruleUse.tokens[0].groups', 'notice'],
      ['one-person', 'ruleUse', 'notice'],
    ]);
  });

  it('one key twice in a group: one person may count as several, and nobody may be able to use the key', () => {
    const twice: PolicyRule = {
      tokens: [
        { timelock: 0, timeout: 600, groups: [{ quorum: 2, approvals: ['CISO', 'Dev lead'].map((name) => listed(name, 9)) }] },
      ],
    };
    expect(warnings(withRule('ruleUse', twice)).slice(0, 3)).toEqual([
      ['same-person', 'ruleUse.tokens[0].groups', 'warning'],
      ['one-person', 'ruleUse', 'notice'],
      ['unusable', 'ruleUse', 'warning'],
    ]);
    expect(warnings(withRule('ruleModify', twice))).toContainEqual(['weaker-than-use', 'ruleModify', 'warning']);
  });

  it('a window that never opens, a key that nobody can use, fewer people to modify than to use', () => {
    const shut = { tokens: [{ ...use.tokens[0]!, timelock: 180, timeout: 180 }] };
    expect(warnings(withRule('ruleBlock', shut))).toEqual([['window-zero', 'ruleBlock.tokens[0].timelock', 'warning']]);
    expect(warnings(withRule('ruleUse', never()))).toContainEqual(['unusable', 'ruleUse', 'warning']);
    expect(warnings(withRule('ruleModify', one.within('1h')))).toContainEqual(['weaker-than-use', 'ruleModify', 'warning']);
  });

  it('hold no text of whoever wrote the policy', () => {
    const evil: PolicyApproval = { type: 'public_key', name: 'EVIL', value: base64Text(spkiOfPerson(9)) };
    const rule = {
      tokens: [{ name: 'EVIL', timelock: 0, timeout: 0, groups: [{ name: 'EVIL', quorum: 1, approvals: [evil, evil] }] }],
    };
    const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
    expect(policyWeaknesses(policy).length).toBeGreaterThan(4);
    expect(JSON.stringify(policyWeaknesses(policy))).not.toContain('EVIL');
  });
});

describe('the difference of two policies', () => {
  const seen = (before: ModifyPolicy, after: ModifyPolicy) => {
    const { changes, directions } = diffPolicies(before, after);
    return { changes: changes.map(({ kind, path, direction }: PolicyChange) => [kind, path, direction]), directions };
  };
  const use2 = (rule: PolicyRule | null) => seen(sound, withRule('ruleUse', rule));

  it('is nothing between a policy and itself, also as a challenge writes it', () => {
    expect(diffPolicies(sound, sound).changes).toEqual([]);
    const open = { ...sound, ruleBlock: null };
    const framed = decodePolicyFrame(encodePolicyFrame(open));
    expect(diffPolicies(open, framed)).toEqual({
      changes: [],
      directions: { ruleUse: 'same', ruleBlock: 'same', ruleUnblock: 'same', ruleModify: 'same' },
    });
  });

  it.each([
    ['quorum up', atLeast(3).of(ciso, devLead, product).within('1h').after('10m'), 'quorum', 'groups[0].quorum', 'stronger'],
    ['quorum down', atLeast(1).of(ciso, devLead, product).within('1h').after('10m'), 'quorum', 'groups[0].quorum', 'weaker'],
    ['a shorter time', two.within('30m').after('10m'), 'timeout', 'timeout', 'stronger'],
    ['no end any more', two.withoutEnd().after('10m'), 'timeout', 'timeout', 'weaker'],
    ['a longer lock', two.within('1h').after('20m'), 'timelock', 'timelock', 'stronger'],
    ['no lock', two.within('1h'), 'timelock', 'timelock', 'weaker'],
    [
      'one more person',
      atLeast(2).of(ciso, devLead, product, lawyer).within('1h').after('10m'),
      'approver-added',
      'groups[0].approvals[3]',
      'weaker',
    ],
    [
      'one less person',
      atLeast(2).of(ciso, product).within('1h').after('10m'),
      'approver-removed',
      'groups[0].approvals[1]',
      'stronger',
    ],
    ['one more group', two.and(atLeast(1).of(lawyer)).within('1h').after('10m'), 'group-added', 'groups[1]', 'stronger'],
    ['another name for the way', use.called('release'), 'name', 'name', 'other'],
    [
      'another name for a person',
      atLeast(2).of(person('Chief', 1), devLead, product).within('1h').after('10m'),
      'approver-renamed',
      'groups[0].approvals[0]',
      'other',
    ],
  ] as const)('%s', (_, rule, kind, path, direction) => {
    const { changes, directions } = use2(rule);
    expect(changes).toEqual([[kind, `ruleUse.tokens[0].${path}`, direction]]);
    expect(directions).toEqual({ ruleUse: direction, ruleBlock: 'same', ruleUnblock: 'same', ruleModify: 'same' });
  });

  it('ways that come and go', () => {
    expect(use2(use.or(atLeast(1).of(lawyer).within('1h').called('alone'))).changes).toEqual([
      ['token-added', 'ruleUse.tokens[1]', 'weaker'],
    ]);
    expect(use2(null)).toMatchObject({
      changes: [
        ['token-removed', 'ruleUse.tokens[0]', 'stronger'],
        ['token-added', 'ruleUse.tokens[0]', 'weaker'],
      ],
      directions: { ruleUse: 'weaker' },
    });
    expect(use2(never())).toMatchObject({ changes: [['token-removed', 'ruleUse.tokens[0]', 'stronger']] });
  });

  it('ways are compared by their names when they change places', () => {
    const [day, night] = [two.within('1h').called('day'), atLeast(1).of(lawyer).within('1h').called('night')];
    const { changes } = seen(withRule('ruleUse', day.or(night)), withRule('ruleUse', night.or(two.within('2h').called('day'))));
    expect(changes).toEqual([['timeout', 'ruleUse.tokens[1].timeout', 'weaker']]);
  });

  it('a person in place of another, and a mix, are judged by how many people it takes', () => {
    const swapped = atLeast(2).of(ciso, devLead, lawyer).within('1h').after('10m');
    expect(use2(swapped).directions.ruleUse).toBe('other');
    expect(use2(atLeast(3).of(ciso, devLead, product, lawyer).within('1h').after('10m')).directions.ruleUse).toBe('stronger');
    expect(use2(atLeast(1).of(ciso, devLead).within('1h').after('10m')).directions.ruleUse).toBe('weaker');
  });

  it('two people in place of whom stands one key twice are not stronger', () => {
    const group = (second: number) => ({
      name: 'approval',
      quorum: 2,
      approvals: [listed('CISO', 1), listed('Dev lead', second)],
    });
    const ruleOf = (second: number) => ({ tokens: [{ name: 'approval', timelock: 0, timeout: 600, groups: [group(second)] }] });
    const { directions } = diffPolicies(withRule('ruleUse', ruleOf(2)), withRule('ruleUse', ruleOf(1)));
    expect(directions.ruleUse).toBe('other');
  });

  it('is told in words', () => {
    const after = withRule('ruleUse', atLeast(1).of(ciso, devLead, product, lawyer).within('2h').after('10m'));
    expect(diffPolicies(sound, after).changes.map(({ text }) => text)).toEqual(
      [
        'To use the key: approvable 2 hours instead of 1 hour',
        'To use the key: it takes 1 of a group instead of 2',
        'To use the key: Lawyer can approve',
      ].map(withKeys),
    );
    expect(diffPolicies(after, { ...after, ruleModify: null }).changes.map(({ text }) => text)).toEqual(
      [
        'To replace these rules: no longer enough: 2 of CISO, Dev lead, Product, within 1 day',
        'To replace these rules: also enough: anyone with the API',
      ].map(withKeys),
    );
  });

  it('a certificate and its key are one person', () => {
    const { certificate, spki } = approverCertificate('Ann');
    const before = withRule('ruleUse', atLeast(1).of({ certificate }).within('1h'));
    expect(diffPolicies(before, withRule('ruleUse', atLeast(1).of({ spki, name: 'Ann' }).within('1h'))).changes).toEqual([]);
  });
});
