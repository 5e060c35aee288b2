import { SignError } from '@securosys/core';
import {
  evaluatePolicy,
  parseSigningPolicy,
  type SigningPolicyRequirements,
  type SigningPolicyRule,
  type SigningSubject,
  type SigningSubjectKey,
  signingPolicy,
} from '@securosys/sign/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whole } from './documents.js';

const clock = { now: () => Date.parse('2026-11-23T10:00:00Z'), sleep: async () => {} };
const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const list = <T>(...values: readonly T[]) => fc.uniqueArray(some(...values), { maxLength: 2 });
const filled = <T>(...values: readonly T[]) => fc.uniqueArray(some(...values), { minLength: 1, maxLength: 2 });
const hashes = ['ab'.repeat(32), 'cd'.repeat(32)] as const;

const conditions = {
  repositories: ['r.example/a/*', 'r.example/**', 'r.example/b'],
  tags: ['v*', 'v1', 'dev'],
  formats: ['notation-jws', 'cosign', 'opaque'],
} as const;
const when = fc.option(
  fc.record(
    {
      repositories: filled(...conditions.repositories),
      tags: filled(...conditions.tags),
      formats: filled(...conditions.formats),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const require: fc.Arbitrary<SigningPolicyRequirements> = fc.record(
  {
    repositories: list(...conditions.repositories),
    tags: list(...conditions.tags),
    formats: list(...conditions.formats),
    keys: fc.uniqueArray(some(...hashes), { maxLength: 2 }).map((found) => found.map((spkiSha256) => ({ spkiSha256 }))),
    maxValidity: some('1d', '90d'),
    requireExpiry: some(true as const),
    annotations: some({ a: true as const }, { a: 'x' }),
    times: some([{ timeZone: 'UTC' }], [{ days: ['sun' as const], timeZone: 'UTC' }]),
    notAlreadySigned: some(true as const),
    custom: list('yes', 'no'),
  },
  { requiredKeys: [] },
);
const signingRule = fc.record({ when, require }).map(({ when: about, require: demands }) => {
  const condition = about && Object.keys(about).length > 0 ? { when: about } : {};
  return { ...condition, require: demands };
});
const otherRule: fc.Arbitrary<Omit<SigningPolicyRule, 'name'>> = fc.record({
  purposes: fc.constantFrom(['decrypt'] as const, ['decrypt', 'derive'] as const),
  require: fc.record({ tags: list(...conditions.tags), requireTrusted: some(true as const) }, { requiredKeys: [] }),
});
const rule = fc.oneof({ weight: 4, arbitrary: signingRule }, { weight: 1, arbitrary: otherRule });
const subject: fc.Arbitrary<SigningSubject> = fc.record(
  {
    purpose: some('sign', 'sign', 'sign', 'decrypt', 'derive'),
    trusted: fc.boolean(),
    repository: some('r.example/a/x', 'r.example/b', 'other.example/a'),
    tag: some('v1', 'dev'),
    format: some('notation-jws', 'cosign', 'opaque'),
    key: some<SigningSubjectKey>({ spkiSha256: hashes[0], label: 'x' }, { spkiSha256: 'ef'.repeat(32) }),
    signedAt: some('2026-11-23T09:00:00Z'),
    expiresAt: some('2026-11-23T12:00:00Z', '2026-12-23T12:00:00Z', 'never'),
    annotations: some<Record<string, string>>({}, { a: 'x' }, { a: 'y' }),
  },
  { requiredKeys: [] },
);

const policyOf = (rules: readonly Omit<SigningPolicyRule, 'name'>[]) =>
  signingPolicy({ version: 1, rules: rules.map((one, index) => ({ name: `${index}`, ...one })) });
const evaluate = (rules: readonly Omit<SigningPolicyRule, 'name'>[], about: SigningSubject) =>
  evaluatePolicy(policyOf(rules), about, { clock, custom: { yes: () => true, no: () => 'no' } });
const numRuns = 100;

describe('for all policies and subjects', () => {
  it('one more demand never allows more', async () => {
    await fc.assert(
      fc.asyncProperty(signingRule, fc.array(rule, { maxLength: 2 }), require, subject, async (first, others, more, about) => {
        const rules = [first, ...others];
        // What was demanded stays; only members that were not there are new.
        const stricter = { ...first, require: { ...more, ...first.require } };
        if ((await evaluate([stricter, ...others], about)).verdict === 'allowed')
          expect((await evaluate(rules, about)).verdict).toBe('allowed');
      }),
      { numRuns },
    );
  });

  it('one more rule never allows more of what some rule is about already', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        rule,
        subject,
        fc.boolean(),
        async (rules, more, about, first) => {
          const before = await evaluate(rules, about);
          if (before.rules.every(({ status }) => status === 'not-applicable')) return;
          const after = await evaluate(first ? [more, ...rules] : [...rules, more], about);
          if (before.verdict === 'refused') expect(after.verdict).toBe('refused');
        },
      ),
      { numRuns },
    );
  });

  it('to know less never allows more', async () => {
    const names = ['repository', 'tag', 'format', 'key', 'signedAt', 'expiresAt', 'annotations', 'trusted'] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 3 }), subject, some(...names), async (rules, about, name) => {
        const { [name]: _, ...less } = about;
        if ((await evaluate(rules, less)).verdict === 'allowed') expect((await evaluate(rules, about)).verdict).toBe('allowed');
      }),
      { numRuns },
    );
  });

  it('the order of rules decides nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 3 }), subject, async (rules, about) => {
        const [one, other] = await Promise.all([evaluate(rules, about), evaluate([...rules].reverse(), about)]);
        expect(one.verdict).toBe(other.verdict);
      }),
      { numRuns: 100 },
    );
  });

  it('a refusal says why, and names a requirement of the rule that it names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 3 }), subject, async (rules, about) => {
        const result = await evaluate(rules, about);
        if (result.verdict === 'allowed') return;
        expect(result.reason).not.toBe('');
        if (result.rule === undefined) return;
        expect(result.path).toBe(`rules[${result.index}].${result.path?.split('.')[1]}.${result.requirement}`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('for all texts', () => {
  const fragments = [
    'version',
    ': ',
    '1',
    '\n',
    '\n  ',
    '- ',
    'rules',
    'name',
    'require',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!x ',
    '#',
    '%',
    '---\n',
    '? ',
    '\t',
    '\u0000',
    '\ud800',
    '\u2028',
    '~',
    '<<',
    '__proto__',
    'tags',
    'v*',
    'x',
  ];
  const soup = fc.array(some(...fragments), { maxLength: 40 }).map((parts) => parts.join(''));
  const document = JSON.stringify(whole, undefined, 1);
  const edited = fc
    .tuple(fc.nat(document.length), fc.nat(20), soup)
    .map(([at, length, put]) => `${document.slice(0, at)}${put.slice(0, 12)}${document.slice(at + length)}`);

  it('reading gives a policy or a refusal with a code, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, edited, fc.string({ unit: 'binary', maxLength: 60 })), async (text) => {
        const error = await parseSigningPolicy(text).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined)
          expect(SignError.is(error) ? error.code : error).toMatch(/^ERR_(MALFORMED|INVALID_ARGUMENT|LIMIT)$/);
      }),
      { numRuns: process.env.SLOW ? 5_000 : 60 },
    );
  });
});
