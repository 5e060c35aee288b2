import { evaluatePolicy, type SigningSubject, signingPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';

const policy = signingPolicy({
  version: 1,
  rules: [
    { name: 'all', require: { formats: ['cosign'] } },
    { name: 'production', when: { repositories: ['oci:./out/prod'] }, require: { tags: ['v*'] } },
    { name: 'layouts', when: { repositories: ['oci:./out/*'] }, require: {} },
  ],
});

const judge = (repository: string, more: Partial<SigningSubject> = {}) =>
  evaluatePolicy(policy, { format: 'cosign', repository, ...more });

describe('a rule about a folder', () => {
  it('holds for no other name of it: a way round is a name that nobody knows', async () => {
    expect(await judge('oci:./out/prod')).toMatchObject({ verdict: 'refused', rule: 'production' });
    expect(await judge('oci:./out/dev')).toMatchObject({ verdict: 'allowed' });
    const roundabout = [
      './out/./prod',
      './out//prod',
      './out/prod/',
      './out/.',
      '././out/prod',
      './out/x\\..\\..\\up',
      './out/..',
      '../out',
    ];
    for (const path of roundabout)
      expect(await judge(`oci:${path}`)).toMatchObject({ verdict: 'refused', requirement: 'repositories' });
  });
});
