import { SignError } from '@securosys/core';
import { evaluatePolicy, parseSigningPolicy, type SigningSubject, signingPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';

const clock = { now: () => Date.parse('2026-11-23T10:00:00Z'), sleep: async () => {} };
const spkiSha256 = 'ab'.repeat(32);
const subject: SigningSubject = {
  format: 'notation-jws',
  repository: 'registry.example/prod/app',
  tag: 'v1.4',
  digest: `sha256:${'1'.repeat(64)}`,
  key: { spkiSha256, label: 'release' },
  signedAt: '2026-11-23T09:59:00Z',
  expiresAt: '2026-12-23T09:59:00Z',
  annotations: { 'com.example.commit': 'abc', 'com.example.branch': 'main' },
};
const rule = (require: object, when?: object) =>
  signingPolicy({ version: 1, rules: [{ name: 'one', ...(when && { when }), require }] });
const judge = (require: object, about = subject) => evaluatePolicy(rule(require), about, { clock });

/** Each: what is demanded, what satisfies it, and subjects that do not. */
const cases: readonly (readonly [string, object, readonly Partial<SigningSubject>[]])[] = [
  [
    'repositories',
    { repositories: ['registry.example/prod/*'] },
    [
      { repository: 'registry.example/dev/app' },
      { repository: 'registry.example/prod/a/b' },
      { repository: undefined },
      { signedRepository: 'other.example/app' },
      { repository: 'registry.example/prod/..' },
    ],
  ],
  ['tags', { tags: ['v*'] }, [{ tag: '1.4' }, { tag: undefined }]],
  ['keys', { keys: [{ spkiSha256 }] }, [{ key: { spkiSha256: 'cd'.repeat(32), label: 'release' } }, { key: undefined }]],
  ['keys', { keys: [{ spkiSha256, label: 'release' }] }, [{ key: { spkiSha256, label: 'other' } }, { key: { spkiSha256 } }]],
  [
    'keys',
    { keys: [{ label: 'release', labelAlone: true }] },
    [{ key: { spkiSha256, label: 'releases' } }, { key: { spkiSha256 } }],
  ],
  ['formats', { formats: ['notation-jws', 'notation-cose'] }, [{ format: 'cosign' }, { format: undefined }]],
  ['requireExpiry', { requireExpiry: true }, [{ expiresAt: 'never' }, { expiresAt: undefined }, { expiresAt: 'soon' }]],
  [
    'maxValidity',
    { maxValidity: '30d' },
    [
      { expiresAt: '2026-12-23T09:59:01Z' },
      { expiresAt: 'never' },
      { signedAt: undefined },
      { signedAt: '2026-11-23T10:06:00Z' },
    ],
  ],
  [
    'annotations',
    { annotations: { 'com.example.branch': 'main', 'com.example.commit': true } },
    [
      { annotations: { 'com.example.branch': 'main' } },
      { annotations: { 'com.example.branch': 'dev', 'com.example.commit': 'abc' } },
      { annotations: { 'com.example.branch': 'main', 'com.example.commit': '' } },
      { annotations: undefined },
    ],
  ],
];

describe('evaluatePolicy', () => {
  it.each(cases)(
    '%s alone turns an allowed signature into a refused one, named with its place',
    async (name, require, refused) => {
      expect(await judge(require)).toMatchObject({ verdict: 'allowed' });
      for (const change of refused) {
        const result = await judge(require, { ...subject, ...change } as SigningSubject);
        expect(result, JSON.stringify(change)).toMatchObject({
          verdict: 'refused',
          rule: 'one',
          index: 0,
          requirement: name,
          path: `rules[0].require.${name}`,
        });
      }
    },
  );
});

describe('rules together', () => {
  const rules = (...list: readonly (readonly [object | undefined, object])[]) =>
    signingPolicy({
      version: 1,
      rules: list.map(([when, require], index) => ({ name: `${index}`, ...(when && { when }), require })),
    });
  const run = (policy: ReturnType<typeof rules>, about = subject) => evaluatePolicy(policy, about, { clock });

  it('all that are about the signature have to be satisfied, in whatever order', async () => {
    const [prod, base] = [
      [{ repositories: ['registry.example/prod/**'] }, { maxValidity: '7d' }],
      [undefined, { formats: ['notation-jws'] }],
    ] as const;
    expect(await run(rules(base))).toMatchObject({ verdict: 'allowed' });
    expect(await run(rules(prod, base))).toMatchObject({ verdict: 'refused', rule: '0' });
    expect(await run(rules(base, prod))).toMatchObject({ verdict: 'refused', rule: '1', index: 1 });
  });

  it('nothing is allowed that no rule is about', async () => {
    expect(await run(rules())).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('has no rule') });
    const result = await run(rules([{ tags: ['dev-*'] }, {}]));
    expect(result).toMatchObject({ verdict: 'refused', rules: [{ status: 'not-applicable' }] });
    expect(result).not.toHaveProperty('rule');
  });

  it('a rule whose condition nobody can judge refuses: what is stricter is not left out', async () => {
    const policy = rules([{ repositories: ['registry.example/prod/**'] }, { requireExpiry: true }], [undefined, {}]);
    const { repository: _, ...homeless } = subject;
    expect(await run(policy, homeless)).toMatchObject({
      verdict: 'refused',
      rule: '0',
      requirement: 'repositories',
      path: 'rules[0].when.repositories',
      reason: expect.stringContaining('nobody can tell whether the rule applies'),
    });
  });

  it('a condition that is known not to hold is enough to leave a rule out', async () => {
    const policy = rules(
      [{ repositories: ['registry.example/prod/**'], formats: ['cosign'] }, { requireExpiry: true }],
      [undefined, {}],
    );
    const { repository: _, ...homeless } = subject;
    expect(await run(policy, homeless)).toMatchObject({ verdict: 'allowed' });
  });
});

describe('parseSigningPolicy', () => {
  it('points at the line of a misspelt member and says which was meant', async () => {
    const text = 'version: 1\nrules:\n  - name: production\n    require:\n      maxValidty: 90d\n';
    const error = await parseSigningPolicy(text, { fileName: 'release.yaml' }).catch((e: unknown) => e);
    expect(SignError.is(error, 'ERR_INVALID_ARGUMENT') && error.message).toBe(
      "release.yaml:5:7: rules[0].require: unknown member 'maxValidty'; did you mean 'maxValidity'?",
    );
  });
});
