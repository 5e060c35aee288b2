import { parseBlobTrustPolicy, selectBlobStatement } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { thrown } from './helpers/thrown.js';

const statement = {
  name: 'one',
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject:C=CH,ST=Zurich,O=Acme'],
};
const document = (...statements: unknown[]) => ({ version: '1.0', trustPolicies: statements });
const skipping = { name: 'none', signatureVerification: { level: 'skip' } };

describe('a trust policy for blobs (§14, §14.3)', () => {
  it('means the same as bytes and as an object', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(document(statement)));
    expect(parseBlobTrustPolicy(bytes)).toEqual(parseBlobTrustPolicy(document(statement)));
  });

  it.each<[string, Record<string, unknown>]>([
    ['the member registryScopes', { registryScopes: ['*'] }],
    ['a globalPolicy that is no boolean', { globalPolicy: 'true' }],
    ['an unknown member', { global: true }],
    ['no name', { name: undefined }],
    ['a blank name', { name: ' ' }],
    ['no trust stores', { trustStores: [] }],
    ['no identities', { trustedIdentities: undefined }],
  ])('refuses a statement with %s', (_, changes) => {
    expect(thrown(() => parseBlobTrustPolicy(document({ ...statement, ...changes }))).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('refuses two global statements, two of one name, and none at all', () => {
    const global = { ...statement, globalPolicy: true };
    for (const policy of [document(global, { ...global, name: 'two' }), document(statement, statement), document()])
      expect(thrown(() => parseBlobTrustPolicy(policy)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('a global statement that skips needs its option', () => {
    const everywhere = document({ ...skipping, globalPolicy: true });
    expect(thrown(() => parseBlobTrustPolicy(everywhere)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(parseBlobTrustPolicy(everywhere, { allowGlobalSkip: true }).statements).toHaveLength(1);
    expect(parseBlobTrustPolicy(document(skipping)).statements).toHaveLength(1);
    expect(thrown(() => parseBlobTrustPolicy(everywhere, { allowWildcardSkip: true } as never)).code).toBe(
      'ERR_INVALID_ARGUMENT',
    );
  });

  it('selects by exact name, and the global statement where none is named', () => {
    const policy = parseBlobTrustPolicy(document(statement, { ...statement, name: 'all', globalPolicy: true }));
    expect([selectBlobStatement(policy, 'one').name, selectBlobStatement(policy).name]).toEqual(['one', 'all']);
    for (const name of ['One', 'on', 'other'])
      expect(thrown(() => selectBlobStatement(policy, name)).code).toBe('ERR_NOT_TRUSTED');
    for (const name of ['', ' ']) expect(thrown(() => selectBlobStatement(policy, name)).code).toBe('ERR_INVALID_ARGUMENT');
    const error = thrown(() => selectBlobStatement(parseBlobTrustPolicy(document(statement))));
    expect([error.code, error.details.upstreamName]).toEqual(['ERR_NOT_TRUSTED', 'NoApplicableTrustPolicyError']);
  });

  it('refuses a policy that was not parsed', () => {
    const forged = { version: '1.0', statements: [] } as never;
    expect(thrown(() => selectBlobStatement(forged, 'one')).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
