import { generateKeyPairSync } from 'node:crypto';
import { base64Text, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyApproval, policyDto } from '../../src/api/index.js';
import {
  allOf,
  assertPolicyValid,
  atLeast,
  buildModifyPolicy,
  buildPolicy,
  never,
  type PolicyApprover,
  type PolicyRules,
  policyProblems,
  quorum,
  type RuleSentence,
  ruleStrength,
} from '../../src/index.js';
import { approverCertificate } from './certificate.js';
import { spkiOfPerson } from './people.js';

const person = (name: string, number: number) => ({ name, spki: spkiOfPerson(number) });
const [ciso, devLead, product, lawyer] = [person('CISO', 1), person('Dev lead', 2), person('Product', 3), person('Lawyer', 4)];
const approval = (name: string, number: number): PolicyApproval => ({
  type: 'public_key',
  name,
  value: base64Text(spkiOfPerson(number)),
});
const release = atLeast(2).of(ciso, devLead, product).within('1h').after('10m');

describe('a rule reads as it works', () => {
  it('2 of CISO, Dev lead, Product within 1 hour, after 10 minutes', () => {
    expect(buildPolicy({ use: release }).ruleUse).toEqual({
      tokens: [
        {
          name: 'approval',
          timelock: 600,
          timeout: 3600,
          groups: [
            { name: 'approval', quorum: 2, approvals: [approval('CISO', 1), approval('Dev lead', 2), approval('Product', 3)] },
          ],
        },
      ],
    });
  });

  it('and: several groups; or: several ways; called: their names', () => {
    const rule = atLeast(2)
      .of(ciso, devLead, product)
      .called('board')
      .and(allOf(lawyer).called('legal'))
      .within('1d')
      .called('by day')
      .or(atLeast(1).of(ciso).withoutEnd().after('2h').called('alone'));
    const [day, alone] = rule.tokens;
    expect(day).toMatchObject({ name: 'by day', timelock: 0, timeout: 86_400 });
    expect(day?.groups?.map(({ name, quorum }) => [name, quorum])).toEqual([
      ['board', 2],
      ['legal', 1],
    ]);
    expect(alone).toMatchObject({ name: 'alone', timelock: 7200, timeout: 0 });
  });

  it('every step leaves the sentence before it as it was', () => {
    const first = atLeast(1).of(ciso).within('1h');
    first.after('10m').or(release).called('x');
    expect(first.tokens).toMatchObject([{ name: 'approval', timelock: 0 }]);
  });

  it('is on the wire nothing but its tokens', () => {
    const policy = buildPolicy({ use: release });
    expect(policyDto.sent.parse(policy)).toEqual(policy);
    expect(policyDto.sent.parse({ ...policy, ruleUse: release })).toEqual(policy);
    expect(JSON.parse(JSON.stringify(release))).toEqual(policy.ruleUse);
  });

  it.each(['1', 'h', '1.5h', '-1h', '1y', '1h ', ' 1h', '9999999999s'])("refuses '%s' as a time at once", (time) => {
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() =>
      atLeast(1)
        .of(ciso)
        .within(time as never),
    ).toThrow(refusal);
  });

  it('takes seconds, and every unit', () => {
    const times = [60, '60s', '1m', '1min', '1h', '1d', '1w'] as const;
    const seconds = times.map((time) => atLeast(1).of(ciso).within(time).tokens[0]?.timeout);
    expect(seconds).toEqual([60, 60, 60, 60, 3600, 86_400, 604_800]);
  });
});

/** The first problem of a policy in which `rule` stands for use, and a sound one elsewhere. */
function problemOf(rule: PolicyRules['use'], more: Partial<PolicyRules> = {}) {
  const sound = atLeast(3).of(ciso, devLead, product).within('1d');
  try {
    buildPolicy({ use: rule, modify: sound, unblock: sound, block: null, ...more });
  } catch (error) {
    if (SignError.is(error)) return { code: error.code, path: error.details.path, message: error.message };
    throw error;
  }
  return undefined;
}

describe('a mistake is named with its place', () => {
  const one = atLeast(1).of(ciso);
  const named = (name: string): PolicyApprover => person(name, 9);
  const rules: readonly [string, RuleSentence, string, RegExp][] = [
    ['half minutes', one.within('90s'), 'ruleUse.tokens[0].timeout', /90 seconds are not whole minutes/],
    ['half minutes of a lock', one.within('1h').or(one.within('1h').after('30s')), 'ruleUse.tokens[1].timelock', /30 seconds/],
    ['negative times', one.within(-60), 'ruleUse.tokens[0].timeout', /0 or more/],
    ['times that 32 bits cannot hold', one.within(0x1_0000_0000 * 60), 'ruleUse.tokens[0].timeout', /longer than/],
    ['a window of zero length', one.within('3m').after('3m'), 'ruleUse.tokens[0].timelock', /3 minutes ends when/],
    ['a lock behind the window', one.within('3m').after('1h'), 'ruleUse.tokens[0].timelock', /1 hour ends when/],
    [
      'too large a quorum',
      one.and(atLeast(3).of(devLead, product)).within('1h'),
      'ruleUse.tokens[0].groups[1].quorum',
      /3 out of 2/,
    ],
    ['a quorum of none', atLeast(0).of(ciso).within('1h'), 'ruleUse.tokens[0].groups[0].quorum', /impossible/],
    [
      'a quorum of one and a half',
      atLeast(1.5).of(ciso, devLead).within('1h'),
      'ruleUse.tokens[0].groups[0].quorum',
      /impossible/,
    ],
    ['an empty group', atLeast(1).of().within('1h'), 'ruleUse.tokens[0].groups[0].approvals', /needs somebody/],
    [
      'somebody twice',
      atLeast(1).of(ciso, devLead, ciso).within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[2]',
      /approvals\[0\]/,
    ],
    [
      'control characters',
      atLeast(1).of(named('a\u202eb')).within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0].name',
      /control/,
    ],
    [
      'a name without end',
      atLeast(1)
        .of(named('x'.repeat(101)))
        .within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0].name',
      /100/,
    ],
    [
      'a name with a space behind',
      atLeast(1).of(named('CISO ')).within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0].name',
      /space/,
    ],
    ['a token name', one.within('1h').called('a\u0000'), 'ruleUse.tokens[0].name', /control/],
    ['a group name', one.called('\u200b').within('1h').called('x'), 'ruleUse.tokens[0].groups[0].name', /control/],
    [
      'a nameless onboarded one',
      atLeast(1).of({ onboarded: '' }).within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0]',
      /by its name/,
    ],
    [
      'no key',
      atLeast(1)
        .of({ spki: Uint8Array.of(0x30, 0) })
        .within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0]',
      /601/,
    ],
    [
      'no DER',
      atLeast(1)
        .of({ spki: Uint8Array.of(1) })
        .within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0]',
      /SPKI/,
    ],
    [
      'no certificate',
      atLeast(1)
        .of({ certificate: Uint8Array.of(1) })
        .within('1h'),
      'ruleUse.tokens[0].groups[0].approvals[0]',
      /certificate/,
    ],
  ];
  it.each(rules)('%s', (_, rule, path, message) => {
    expect(problemOf(rule)).toEqual({ code: 'ERR_INVALID_ARGUMENT', path, message: expect.stringMatching(message) });
  });

  it('in the other rules too, and all of them at once', () => {
    const half = one.within('90s');
    expect(problemOf(release, { block: half })?.path).toBe('ruleBlock.tokens[0].timeout');
    const policy = { ruleUse: half, ruleBlock: half, ruleUnblock: half, ruleModify: half };
    expect(policyProblems(policy).map(({ path }) => path)).toEqual([
      'ruleUse.tokens[0].timeout',
      'ruleBlock.tokens[0].timeout',
      'ruleUnblock.tokens[0].timeout',
      'ruleModify.tokens[0].timeout',
    ]);
    expect(() => assertPolicyValid(policy)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ problems: policyProblems(policy) }) }),
    );
  });

  it.each([
    ['the same', 'CISO'],
    ['in another case', 'ciso'],
    ['with a Cyrillic letter', 'CIS\u041e'],
    ['with a zero', 'CIS0'],
    ['with an L for the I', 'ClSO'],
    ['with an accent', 'CÍSO'],
    ['with a dot', 'C.I.S.O'],
  ])('two people whose names look alike: %s', (_, name) => {
    const rule = atLeast(2).of(ciso, person(name, 8)).within('1h');
    expect(problemOf(rule)).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      path: 'ruleUse.tokens[0].groups[0].approvals[1].name',
    });
  });

  it.each(['Dev', 'CISO 2', 'क', '🦊', '李'])("but '%s' is nobody else's name", (name) => {
    expect(problemOf(atLeast(2).of(ciso, person(name, 8), person('🐻', 7)).within('1h'))).toBeUndefined();
  });

  it('kinds of keys: RSA, EC, Ed25519 and DSA may approve; X25519 and Ed448 may not (601)', () => {
    const spki = (pair: { publicKey: { export(options: object): unknown } }) =>
      Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' }) as Uint8Array);
    const withKey = (key: Uint8Array) => problemOf(atLeast(1).of({ spki: key }).within('1h'));
    expect(withKey(spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })))).toBeUndefined();
    expect(withKey(spki(generateKeyPairSync('rsa', { modulusLength: 1024 })))).toBeUndefined();
    expect(withKey(spki(generateKeyPairSync('ed25519')))).toBeUndefined();
    for (const other of [generateKeyPairSync('x25519'), generateKeyPairSync('ed448')])
      expect(withKey(spki(other))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('601') });
  });

  it('a certificate approver needs a common name (604), and is the same person as its key', () => {
    const { certificate, spki } = approverCertificate('Ann');
    expect(problemOf(atLeast(1).of({ certificate }).within('1h'))).toBeUndefined();
    expect(problemOf(atLeast(1).of({ certificate }, { spki, name: 'Ann' }).within('1h'))?.message).toContain('named twice');
    const nameless = approverCertificate('').certificate;
    expect(problemOf(atLeast(1).of({ certificate: nameless }).within('1h'))?.message).toContain('604');
  });
});

describe('what is unsafe', () => {
  const endless = atLeast(2).of(ciso, devLead, product).withoutEnd();

  it('S5: approvals without an end to modify, unblock and decrypt; to sign they may be', () => {
    expect(problemOf(release, { modify: endless })).toMatchObject({
      code: 'ERR_POLICY_UNSAFE',
      path: 'ruleModify.tokens[0].timeout',
    });
    expect(problemOf(release, { unblock: release.or(endless) })).toMatchObject({ path: 'ruleUnblock.tokens[1].timeout' });
    expect(problemOf(endless, { usage: 'decrypt' })).toMatchObject({
      code: 'ERR_POLICY_UNSAFE',
      path: 'ruleUse.tokens[0].timeout',
    });
    expect(problemOf(endless)).toBeUndefined();
  });

  it('S6: an unprotected modify or unblock, unless it is meant', () => {
    expect(problemOf(release, { modify: null })).toMatchObject({ code: 'ERR_POLICY_UNSAFE', path: 'ruleModify' });
    expect(problemOf(release, { unblock: null })).toMatchObject({ code: 'ERR_POLICY_UNSAFE', path: 'ruleUnblock' });
    buildPolicy({ use: release, modify: null, unblock: null }, { allowUnprotectedModify: true });
  });

  it('a key that nobody can use, or that is made blocked and can never be unblocked', () => {
    expect(problemOf(never())).toMatchObject({ code: 'ERR_POLICY_UNSAFE', path: 'ruleUse' });
    expect(problemOf(release, { blocked: true, unblock: never() })).toMatchObject({ path: 'keyStatus.blocked' });
    expect(buildPolicy({ use: release, blocked: true }).keyStatus).toEqual({ blocked: true });
  });

  it('nothing that is built is weaker in modify or unblock than in use, or lacks an end there', () => {
    const people = [ciso, devLead, product, lawyer, { onboarded: 'ann@example.org' }];
    const group = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.subarray(people, { minLength: 1 }))
      .map(([count, some]) => atLeast(Math.min(count, some.length)).of(...some));
    const rule = fc
      .array(
        fc
          .tuple(fc.array(group, { minLength: 1, maxLength: 2 }), fc.integer({ min: 0, max: 3 }))
          .map(([groups, hours]) => groups.reduce((a, b) => a.and(b)).within(hours * 3600)),
        { minLength: 1, maxLength: 2 },
      )
      .map((tokens) => tokens.reduce((a, b) => a.or(b)));
    const open = fc.option(rule, { freq: 6 });
    let built = 0;
    fc.assert(
      fc.property(open, open, open, fc.constantFrom('sign' as const, 'decrypt' as const), (use, modify, unblock, usage) => {
        try {
          const policy = buildPolicy({ use, modify, unblock, usage });
          built++;
          for (const name of ['ruleModify', 'ruleUnblock'] as const) {
            expect(ruleStrength(policy[name])).toBeGreaterThanOrEqual(ruleStrength(policy.ruleUse));
            for (const { timeout } of policy[name]?.tokens ?? []) expect(timeout).toBeGreaterThan(0);
          }
          if (usage === 'decrypt') for (const { timeout } of policy.ruleUse?.tokens ?? []) expect(timeout).toBeGreaterThan(0);
          expect(policyDto.sent.parse(policy)).toEqual(policy);
        } catch (error) {
          if (!SignError.is(error)) throw error;
          expect(error.code).toMatch(/ERR_POLICY_UNSAFE|ERR_INVALID_ARGUMENT/);
        }
      }),
      { numRuns: process.env.SLOW ? 300 : 100 },
    );
    expect(built).toBeGreaterThan(20);
  });
});

describe('a change of rules', () => {
  it('has all four rules and no state of the key', () => {
    expect(Object.keys(buildModifyPolicy({ use: release }))).toEqual(['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify']);
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => buildModifyPolicy({ use: release, blocked: false } as never)).toThrow(refusal);
    expect(() => buildModifyPolicy({ use: release, modify: null })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_UNSAFE' }),
    );
  });

  it('refuses misspelt members, because a rule that is left out is the rule of use', () => {
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => buildPolicy({ use: release, modfy: never() } as never)).toThrow(refusal);
    expect(() => buildPolicy({} as never)).toThrow(refusal);
    expect(() => buildPolicy({ use: release }, { allowUnprotectedModfy: true } as never)).toThrow(refusal);
    expect(() => quorum(1, [ciso], { timeout: 60 } as never)).toThrow(refusal);
  });
});
