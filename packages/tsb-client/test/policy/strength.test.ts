import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { base64Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyApproval, PolicyRule, PolicyToken } from '../../src/api/index.js';
import { anyOf, buildPolicy, explainPolicy, never, quorum, ruleStrength } from '../../src/index.js';
import { approverCertificate } from './certificate.js';
import { spkiOfPerson } from './people.js';

const unsafe = expect.objectContaining({ code: 'ERR_POLICY_UNSAFE' });
const approvals = new Map<string, PolicyApproval>();
function person(name: string): PolicyApproval {
  const code = name.charCodeAt(0);
  const approval = approvals.get(name) ?? { type: 'public_key', name: `n${code}`, value: base64Text(spkiOfPerson(code)) };
  approvals.set(name, approval);
  return approval;
}
const group = (count: number, names: string) => ({ name: names, quorum: count, approvals: [...names].map(person) });
const token = (...groups: readonly [count: number, names: string][]): PolicyToken => ({
  name: 't',
  timelock: 0,
  timeout: 600,
  groups: groups.map(([count, names]) => group(count, names)),
});
const rule = (...tokens: readonly PolicyToken[]): PolicyRule => ({ tokens });

/** By trying every set of people, in order of nothing but the definition. */
function bruteForce(of: PolicyRule | null, names: string): number {
  if (of === null) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** names.length; set++) {
    const chosen = new Set([...names].filter((_, i) => set & (1 << i)).map((name) => person(name).value));
    const fulfils = (of.tokens ?? []).some((one) =>
      (one.groups ?? []).every((each) => each.approvals.filter(({ value }) => chosen.has(value ?? '')).length >= each.quorum),
    );
    if (fulfils) best = Math.min(best, chosen.size);
  }
  return best;
}

const everybody = 'ABCDEF';
const rules: fc.Arbitrary<PolicyRule | null> = fc.option(
  fc
    .array(
      fc
        .array(
          fc
            .subarray([...everybody], { minLength: 1 })
            .chain((names) => fc.tuple(fc.integer({ min: 1, max: names.length }), fc.constant(names.join('')))),
          { maxLength: 4 },
        )
        .map((groups) => token(...groups)),
      { maxLength: 3 },
    )
    .map((tokens) => rule(...tokens)),
  { freq: 9 },
);

describe('the strength of a rule', () => {
  it('counts people who sit in two groups once, and others for each group', () => {
    expect(ruleStrength(rule(token([2, 'ABC'], [2, 'CDE'])))).toBe(3);
    expect(ruleStrength(rule(token([2, 'ABC'], [2, 'ABC'])))).toBe(2);
    expect(ruleStrength(rule(token([2, 'AB'], [2, 'CD'])))).toBe(4);
    expect(ruleStrength(rule(token([3, 'AB'])))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is what trying every set of people finds', () => {
    fc.assert(
      fc.property(rules, (one) => {
        expect(ruleStrength(one)).toBe(bruteForce(one, everybody));
      }),
      { numRuns: 300 },
    );
  });

  it('of very many people in overlapping groups is never overrated, and found in no time', () => {
    const names = (from: number, to: number) =>
      String.fromCharCode(...Array.from({ length: to - from }, (_, i) => 0x21 + from + i));
    const windows = Array.from({ length: 20 }, (_, i): [number, string] => [3, names(i * 4, i * 4 + 10)]);
    const huge = rule(token(...windows));
    const started = performance.now();
    expect(ruleStrength(huge)).toBe(3);
    // Every tenth window shares nobody with another: seven at least, so a rule of six people must not pass for as strong.
    const six = quorum(
      6,
      [...'UVWXYZ'].map((name) => ({ spki: spkiOfPerson(1000 + name.charCodeAt(0)) })),
      { timeoutSeconds: 600 },
    );
    expect(() => buildPolicy({ use: huge, modify: six })).toThrow(unsafe);
    buildPolicy({ use: huge });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('buildPolicy counts people as they are (S6)', () => {
  const use = rule(token([2, 'ABC'], [2, 'CDE']));
  const anyTwo = rule(token([2, 'ABCDE']));

  it.each(['modify', 'unblock'] as const)('any two cannot %s what takes three to use', (name) => {
    expect(() => buildPolicy({ use, [name]: anyTwo })).toThrow(unsafe);
    buildPolicy({ use, [name]: rule(token([3, 'ABCDE'])) });
  });

  it('explains the same as a warning', () => {
    const policy = buildPolicy({ use, modify: anyTwo }, { allowUnprotectedModify: true });
    expect(explainPolicy(policy)).toContain('WARNING: fewer people can replace these rules than use it');
  });

  it('nothing it builds is weaker in modify or unblock than in use', () => {
    let built = 0;
    fc.assert(
      fc.property(rules, rules, rules, (useRule, modify, unblock) => {
        try {
          buildPolicy({ use: useRule, modify, unblock });
        } catch {
          return;
        }
        built++;
        const needed = bruteForce(useRule, everybody);
        expect(bruteForce(modify, everybody)).toBeGreaterThanOrEqual(needed);
        expect(bruteForce(unblock, everybody)).toBeGreaterThanOrEqual(needed);
      }),
      { numRuns: 500 },
    );
    expect(built).toBeGreaterThan(20);
  });

  it('rules that anyone or nobody fulfils are 0 and Infinity', () => {
    expect([ruleStrength(null), ruleStrength(anyOf(rule(token()))), ruleStrength(never())]).toEqual([
      0,
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('one person under two names', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' }));
  const { certificate } = approverCertificate('a', pair);
  const twice = expect.objectContaining({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('an approver is named twice'),
  });

  it('is refused: by key and by certificate', () => {
    expect(() => quorum(2, [{ spki }, { certificate }], { timeoutSeconds: 600 })).toThrow(twice);
  });

  it('is refused: by two forms of the same point', () => {
    const compressed = compressedSpki(pair.publicKey);
    expect(() => quorum(2, [{ spki }, { spki: compressed }], { timeoutSeconds: 600 })).toThrow(twice);
  });

  it('counts once in groups of a rule', () => {
    const [byKey, byCertificate] = [
      quorum(1, [{ spki }], { timeoutSeconds: 600 }),
      quorum(1, [{ certificate }], { timeoutSeconds: 600 }),
    ];
    const groups = [byKey, byCertificate].flatMap(({ tokens }) => tokens?.[0]?.groups ?? []);
    expect(ruleStrength(rule({ name: 't', timelock: 0, timeout: 600, groups }))).toBe(1);
  });
});

/** The same key with its point in the short form (SEC 1 §2.3.3), which Node reads as well. */
function compressedSpki(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  return Uint8Array.from(Buffer.concat([head, Uint8Array.of(2 + odd), Buffer.from(x, 'base64url')]));
}
