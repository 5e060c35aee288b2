import { generateKeyPairSync } from 'node:crypto';
import { base64Text, hexBytes } from '@securosys/core';
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

  it('counts the entries of a key that a group lists twice, so that one person is not taken for two', () => {
    expect(ruleStrength(rule(token([2, 'AA'])))).toBe(1);
    expect(ruleStrength(rule(token([3, 'AABC'])))).toBe(2);
    expect(ruleStrength(rule(token([3, 'AA'])))).toBe(Number.POSITIVE_INFINITY);
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
    expect(performance.now() - started).toBeLessThan(20_000);
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

/** Public keys of people, each with its point in all three forms (SEC 1 §2.3.3). */
const pointForms: Readonly<Record<string, readonly [string, ...string[]]>> = {
  prime256v1: [
    '3059301306072a8648ce3d020106082a8648ce3d030107034200045b3be77e7609cf710b868c25b1f02882348f71461a5e450fe99ed65e8104d32b1d3b5478b1f0a41539dacdd058486cdaca85c951a44d9d7669738fe59205c47d',
    '3039301306072a8648ce3d020106082a8648ce3d030107032200035b3be77e7609cf710b868c25b1f02882348f71461a5e450fe99ed65e8104d32b',
    '3059301306072a8648ce3d020106082a8648ce3d030107034200075b3be77e7609cf710b868c25b1f02882348f71461a5e450fe99ed65e8104d32b1d3b5478b1f0a41539dacdd058486cdaca85c951a44d9d7669738fe59205c47d',
  ],
  secp224r1: [
    '304e301006072a8648ce3d020106052b81040021033a0004bfbe20e14052b759c03ea270f42da954bf4e6a76289f5d764d2bd3c1aa2455c0a34cde906b00225c8fe397c7d73b56c24e248f7a763c1c69',
    '3032301006072a8648ce3d020106052b81040021031e0003bfbe20e14052b759c03ea270f42da954bf4e6a76289f5d764d2bd3c1',
    '304e301006072a8648ce3d020106052b81040021033a0007bfbe20e14052b759c03ea270f42da954bf4e6a76289f5d764d2bd3c1aa2455c0a34cde906b00225c8fe397c7d73b56c24e248f7a763c1c69',
  ],
  brainpoolP256r1: [
    '305a301406072a8648ce3d020106092b24030302080101070342000462ead9948ad5da0db910dabef63bad4b33ee96c23379bfb43e4183a493d749092fdee250bb26ab59c90eeab613e669a9c65afc57b77c8976a93ec8322aff5360',
    '303a301406072a8648ce3d020106092b24030302080101070322000262ead9948ad5da0db910dabef63bad4b33ee96c23379bfb43e4183a493d74909',
    '305a301406072a8648ce3d020106092b24030302080101070342000662ead9948ad5da0db910dabef63bad4b33ee96c23379bfb43e4183a493d749092fdee250bb26ab59c90eeab613e669a9c65afc57b77c8976a93ec8322aff5360',
  ],
  secp521r1: [
    '30819b301006072a8648ce3d020106052b81040023038186000401875f742b2b84b16b7a5d090b72f65c1f5c7b2cb0230c795278b80c69b535e3ae09102bd60521ea25fe1dfd97bca88e3474974859f6829f030d0d5a72b836ea35210061c15f5ea665475bf47dfec8529b190cf358ea5d194d6ee9f991581d60a53168117fb0ae79758b824b7799581d61b9ec0a56a5756f4ae89b090823002fd9128160',
    '3058301006072a8648ce3d020106052b810400230344000201875f742b2b84b16b7a5d090b72f65c1f5c7b2cb0230c795278b80c69b535e3ae09102bd60521ea25fe1dfd97bca88e3474974859f6829f030d0d5a72b836ea3521',
    '30819b301006072a8648ce3d020106052b81040023038186000601875f742b2b84b16b7a5d090b72f65c1f5c7b2cb0230c795278b80c69b535e3ae09102bd60521ea25fe1dfd97bca88e3474974859f6829f030d0d5a72b836ea35210061c15f5ea665475bf47dfec8529b190cf358ea5d194d6ee9f991581d60a53168117fb0ae79758b824b7799581d61b9ec0a56a5756f4ae89b090823002fd9128160',
  ],
};

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

  // Written by `openssl ec -pubout` with `-conv_form uncompressed`, `compressed` and `hybrid`.
  it.each(Object.entries(pointForms))('is refused: by two forms of the same point on %s', (_, [whole, ...others]) => {
    for (const other of others)
      expect(() => quorum(2, [{ spki: hexBytes(whole) }, { spki: hexBytes(other) }], { timeoutSeconds: 600 })).toThrow(twice);
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
