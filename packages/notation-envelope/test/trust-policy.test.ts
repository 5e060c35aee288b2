import { parseTrustPolicy, selectStatement } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { thrown } from './helpers/thrown.js';

const statement = {
  name: 'one',
  registryScopes: ['registry.example/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject:C=CH,ST=Zurich,O=Acme'],
};
const document = (...statements: unknown[]) => ({ version: '1.0', trustPolicies: statements });
const parse = (changes: Record<string, unknown>) => parseTrustPolicy(document({ ...statement, ...changes }));
const level = (signatureVerification: unknown) => parse({ signatureVerification }).statements[0]!.level;

describe('a trust policy document', () => {
  it('means the same as bytes and as an object', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(document(statement)));
    expect(parseTrustPolicy(bytes)).toEqual(parseTrustPolicy(document(statement)));
  });

  it.each<[string, unknown]>([
    ['another version', { ...document(statement), version: '1.1' }],
    ['no version', { trustPolicies: [statement] }],
    ['no statements', document()],
    ['statements that are no list', { version: '1.0', trustPolicies: statement }],
    ['an unknown member', { ...document(statement), comment: '' }],
    ['two statements of one name', document(statement, { ...statement, registryScopes: ['registry.example/b'] })],
    ['one scope in two statements', document(statement, { ...statement, name: 'two' })],
    ['a statement that is null', document(null)],
  ])('is refused with %s', (_, value) => {
    expect(thrown(() => parseTrustPolicy(value as Record<string, unknown>)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it.each([
    ['a byte-order mark', `\ufeff${JSON.stringify(document(statement))}`],
    ['anything behind the value', `${JSON.stringify(document(statement))} {}`],
    ['a duplicate member', '{"version":"1.0","version":"1.0","trustPolicies":[]}'],
  ])('is refused as text with %s', (_, text) => {
    expect(thrown(() => parseTrustPolicy(new TextEncoder().encode(text))).code).toBe('ERR_MALFORMED');
  });

  it.each<[string, Record<string, unknown>]>([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['an unknown member', { trustedIdentity: ['*'] }],
    ['the blob member globalPolicy', { globalPolicy: true }],
    ['a member in other case', { TrustStores: ['ca:acme'] }],
    ['no scopes', { registryScopes: undefined }],
    ['empty scopes', { registryScopes: [] }],
    ['a scope beside *', { registryScopes: ['*', 'registry.example/a'] }],
    ['a scope twice', { registryScopes: ['registry.example/a', 'registry.example/a'] }],
    ['no level', { signatureVerification: {} }],
    ['an unknown level', { signatureVerification: { level: 'Strict' } }],
    ['a level of the prototype', { signatureVerification: { level: 'constructor' } }],
    ['an unknown verification member', { signatureVerification: { level: 'strict', verifyTimestamps: 'always' } }],
    ['an unknown timestamp rule', { signatureVerification: { level: 'strict', verifyTimestamp: 'never' } }],
    ['no trust stores', { trustStores: undefined }],
    ['empty trust stores', { trustStores: [] }],
    ['a store without type', { trustStores: ['acme'] }],
    ['a store of unknown type', { trustStores: ['CA:acme'] }],
    ['a store with a path', { trustStores: ['ca:../tsa'] }],
    ['a store named ..', { trustStores: ['ca:..'] }],
    ['no identities', { trustedIdentities: undefined }],
    ['empty identities', { trustedIdentities: [] }],
    ['identities that are no list', { trustedIdentities: '*' }],
    ['a number among identities', { trustedIdentities: [1] }],
  ])('refuses a statement with %s', (_, changes) => {
    expect(thrown(() => parse(changes)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('levels and overrides (§14.1)', () => {
  it.each([
    ['strict', 'enforce', 'enforce', 'enforce'],
    ['permissive', 'enforce', 'enforce', 'log'],
    ['audit', 'enforce', 'log', 'log'],
  ])('%s', (name, integrity, authenticity, rest) => {
    const actions = { integrity, authenticity, authenticTimestamp: rest, expiry: rest, revocation: rest };
    expect(level({ level: name })).toEqual({ name, actions });
  });

  it('skip checks nothing and names nobody', () => {
    const skip = { signatureVerification: { level: 'skip' }, trustStores: undefined, trustedIdentities: undefined };
    expect(new Set(Object.values(parse(skip).statements[0]!.level.actions))).toEqual(new Set(['skip']));
    expect(thrown(() => parse({ ...skip, trustStores: ['ca:acme'] })).code).toBe('ERR_INVALID_ARGUMENT');
    expect(thrown(() => parse({ ...skip, trustedIdentities: ['*'] })).code).toBe('ERR_INVALID_ARGUMENT');
    expect(thrown(() => parse({ ...skip, signatureVerification: { level: 'skip', override: {} } })).code).toBe(
      'ERR_INVALID_ARGUMENT',
    );
  });

  it('skip for every repository needs its option', () => {
    const everywhere = document({ name: 'x', registryScopes: ['*'], signatureVerification: { level: 'skip' } });
    expect(thrown(() => parseTrustPolicy(everywhere)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(parseTrustPolicy(everywhere, { allowWildcardSkip: true }).statements).toHaveLength(1);
  });

  const actions = ['enforce', 'log', 'skip'];
  const allowed: Record<string, string[]> = {
    authenticity: ['enforce', 'log'],
    authenticTimestamp: ['enforce', 'log'],
    expiry: ['enforce', 'log'],
    revocation: actions,
    integrity: [],
    Revocation: [],
    toString: [],
  };
  it.each(Object.keys(allowed).flatMap((check) => [...actions, 'none'].map((action) => [check, action] as const)))(
    'override of %s to %s',
    (check, action) => {
      const run = () => level({ level: 'strict', override: { [check]: action } });
      if (allowed[check]!.includes(action))
        expect(run()).toMatchObject({ name: 'custom', actions: { [check]: action, integrity: 'enforce' } });
      else expect(thrown(run).code).toBe('ERR_INVALID_ARGUMENT');
    },
  );
});

describe('registry scopes (§14.2)', () => {
  it.each(['registry.example/app', 'localhost:5000/a/b', 'REGISTRY.example/app', 'a/b', 'r.io/a__b/c--d/e.f_g', '1.2.3.4:1/x'])(
    'takes %s',
    (scope) => {
      expect(parse({ registryScopes: [scope] }).statements[0]!.registryScopes).toEqual([scope]);
    },
  );

  it.each([
    '',
    'app',
    'registry.example/',
    'registry.example/*',
    '*/app',
    'https://registry.example/app',
    'registry.example/app:tag',
    `registry.example/app@sha256:${'00'.repeat(32)}`,
    'registry.example/App',
    'registry.example/a___b',
    'registry.example/a..b',
    'registry.example/-a',
    'registry.example/a_',
    'registry.example//a',
    '-registry.example/a',
    'registry..example/a',
    'registry.example:/a',
    ' registry.example/a',
    `r.example/${'a'.repeat(600)}`,
  ])('refuses %j', (scope) => {
    expect(thrown(() => parse({ registryScopes: [scope] })).code).toBe('ERR_INVALID_ARGUMENT');
  });

  const policy = parseTrustPolicy(document(statement, { ...statement, name: 'any', registryScopes: ['*'] }));

  it('selects exactly and case-sensitively, else *', () => {
    expect(selectStatement(policy, 'registry.example/app').name).toBe('one');
    for (const other of ['registry.example/app/x', 'Registry.example/app', 'registry.example/ap'])
      expect(selectStatement(policy, other).name).toBe('any');
  });

  it('refuses a repository without a statement, and what is no repository', () => {
    const error = thrown(() => selectStatement(parse({}), 'registry.example/other'));
    expect([error.code, error.details.upstreamName]).toEqual(['ERR_NOT_TRUSTED', 'NoApplicableTrustPolicyError']);
    for (const text of ['app', '*', 'registry.example/app:v1', ''])
      expect(thrown(() => selectStatement(policy, text)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('refuses a policy that was not parsed', () => {
    const forged = { version: '1.0', statements: policy.statements } as unknown as typeof policy;
    expect(thrown(() => selectStatement(forged, 'registry.example/app')).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
