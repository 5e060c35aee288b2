import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateRule, type RuleFacts } from '../../src/policy/evaluate.js';
import type { PolicyRule, PolicyToken } from '../../src/policy/model.js';

const approver = (name: string) => ({ type: 'public_key', name, value: name, spki: name }) as const;
const group = (quorum: number, ...names: string[]) => ({ name: 'g', quorum, approvers: names.map(approver) });
const token = (groups: PolicyToken['groups'], timelock = 0, timeout = 0, name = 't'): PolicyToken => ({
  name,
  timelock,
  timeout,
  groups,
});

const created = 1_000_000;
const facts = (approvedBy: string[], { after = 0, rejectedBy = [] as string[] } = {}): RuleFacts => ({
  createdAt: created,
  now: created + after,
  approvedBy: new Set(approvedBy),
  rejectedBy: new Set(rejectedBy),
});
const kind = (rule: PolicyRule | null, f: RuleFacts) => evaluateRule(rule, f).kind;

describe('a rule (§4.2)', () => {
  it('that is null is open to anybody', () => expect(kind(null, facts([]))).toBe('open'));
  it('without tokens is never fulfilled', () => expect(kind({ tokens: [] }, facts(['a']))).toBe('never'));
  it('with a token without groups asks for time only', () => {
    const rule = { tokens: [token([], 60, 120)] };
    expect(kind(rule, facts([], { after: 59 }))).toBe('locked');
    expect(kind(rule, facts([], { after: 60 }))).toBe('open');
    expect(kind(rule, facts([], { after: 120 }))).toBe('expired');
  });
  it('with times 0 and 0 is active at once and for ever', () => {
    const rule = { tokens: [token([group(1, 'a')])] };
    expect(kind(rule, facts(['a']))).toBe('open');
    expect(kind(rule, facts(['a'], { after: 1e9 }))).toBe('open');
  });
  it('is valid only from creation + timelock', () => {
    const rule = { tokens: [token([group(1, 'a')], 600)] };
    expect(evaluateRule(rule, facts(['a'], { after: 599 }))).toEqual({ kind: 'locked', opensAt: created + 600 });
    expect(kind(rule, facts(['a'], { after: 600 }))).toBe('open');
  });
  it('is invalid from creation + timeout on', () => {
    const rule = { tokens: [token([group(1, 'a')], 0, 600)] };
    expect(kind(rule, facts(['a'], { after: 599 }))).toBe('open');
    expect(kind(rule, facts(['a'], { after: 600 }))).toBe('expired');
  });
  it('with a window of no length never opens', () => {
    const rule = { tokens: [token([group(1, 'a')], 180, 180)] };
    expect(kind(rule, facts(['a'], { after: 179 }))).toBe('locked');
    expect(kind(rule, facts(['a'], { after: 180 }))).toBe('expired');
  });
  it('needs every group of a token', () => {
    const rule = { tokens: [token([group(1, 'a', 'b'), group(2, 'c', 'd', 'e')])] };
    expect(kind(rule, facts(['a', 'c']))).toBe('pending');
    expect(kind(rule, facts(['c', 'd', 'e']))).toBe('pending');
    expect(kind(rule, facts(['b', 'c', 'e']))).toBe('open');
  });
  it('needs one token, and says which', () => {
    const rule = { tokens: [token([group(1, 'a')], 0, 0, 'first'), token([group(1, 'b')], 0, 0, 'second')] };
    expect(evaluateRule(rule, facts(['b']))).toEqual({ kind: 'open', token: 'second' });
    expect(evaluateRule(rule, facts(['a', 'b']))).toEqual({ kind: 'open', token: 'first' });
  });
  it('counts one approver in every group that names it', () => {
    expect(kind({ tokens: [token([group(1, 'a', 'b'), group(1, 'a', 'c')])] }, facts(['a']))).toBe('open');
  });
  it('takes no notice of strangers', () => {
    expect(kind({ tokens: [token([group(1, 'a')])] }, facts(['x', 'y']))).toBe('pending');
  });
});

describe('rejections', () => {
  const rule = { tokens: [token([group(2, 'a', 'b', 'c')], 0, 600)] };
  it('leave a quorum that others can reach pending', () => expect(kind(rule, facts([], { rejectedBy: ['a'] }))).toBe('pending'));
  it('end a rule whose quorum nobody can reach', () =>
    expect(kind(rule, facts([], { rejectedBy: ['a', 'b'] }))).toBe('rejected'));
  it('of one token leave another', () => {
    const two = { tokens: [token([group(1, 'a')]), token([group(1, 'b')])] };
    expect(kind(two, facts([], { rejectedBy: ['a'] }))).toBe('pending');
    expect(kind(two, facts([], { rejectedBy: ['a', 'b'] }))).toBe('rejected');
  });
  it('do not count after the window: it has expired', () =>
    expect(kind(rule, facts([], { rejectedBy: ['a', 'b'], after: 600 }))).toBe('expired'));
});

describe('for any policy', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const groups = fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
    .chain((members) => fc.integer({ min: 1, max: members.length }).map((quorum) => group(quorum, ...members)));
  const minutes = fc.integer({ min: 0, max: 10 }).map((m) => m * 60);
  const tokens = fc.tuple(fc.array(groups, { maxLength: 3 }), minutes, minutes).map(([g, lock, out]) => token(g, lock, out));
  const rules = fc.array(tokens, { maxLength: 3 }).map((all): PolicyRule => ({ tokens: all }));
  const cases = fc.record({
    rule: rules,
    approvedBy: fc.subarray(names),
    rejectedBy: fc.subarray(names),
    after: fc.integer({ min: 0, max: 700 }),
  });

  /** Straight from the words of §4.2, without the engine's states. */
  const mayExecute = (rule: PolicyRule, approvedBy: string[], after: number): boolean =>
    rule.tokens.some((t) => {
      const inside = after >= t.timelock && (t.timeout === 0 || after < t.timeout);
      return inside && t.groups.every((g) => g.approvers.filter((a) => approvedBy.includes(a.spki)).length >= g.quorum);
    });

  it('a rule is open exactly when a token has its quorums inside its window', () => {
    fc.assert(
      fc.property(cases, ({ rule, approvedBy, rejectedBy, after }) => {
        const open =
          kind(rule, facts(approvedBy, { after, rejectedBy: rejectedBy.filter((n) => !approvedBy.includes(n)) })) === 'open';
        expect(open).toBe(mayExecute(rule, approvedBy, after));
      }),
      { numRuns: 2000 },
    );
  });

  it('one more approval never closes an open rule', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...names), ({ rule, approvedBy, after }, more) => {
        if (kind(rule, facts(approvedBy, { after })) === 'open')
          expect(kind(rule, facts([...approvedBy, more], { after }))).toBe('open');
      }),
    );
  });
});
