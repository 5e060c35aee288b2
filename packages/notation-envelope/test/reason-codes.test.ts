import {
  type EvaluateOptions,
  evaluateSignature,
  type ReasonCode,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { EMULATED_POLICY_OID } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { authority, leafExtensions } from '../../pki/test/timestamp/craft-token.js';
import { day, extension, now, ocsp, policy, testChain } from './helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, subject, trusting } from './helpers/envelopes.js';
import { fakePlugins, fakeRevocation, pluginEnvelope, stamped, stampOf, stampTrust } from './helpers/verifiers.js';

type Case = readonly [envelope: Uint8Array, changes?: Partial<EvaluateOptions>, mediaType?: string];

const scheme = 'io.cncf.notary.signingScheme';
const revocable = () => rawEnvelope({ chain: testChain({ extensions: [ocsp('http://ocsp.example')] }) });
const strangers = {
  trustStore: trustStoreFromCertificates({
    'ca:acme': [testChain({ rootExtensions: [extension('1.2.3.4', false, Uint8Array.of(5, 0))] })[1]],
  }),
};
const otherStore = { trustPolicy: policyWith({ trustStores: ['ca:none'] }) };
const asks = { trustPolicy: policyWith({}, { override: { authenticity: 'log' } }), ...strangers };
const crl = {
  id: '2.5.29.31',
  critical: false,
  value: Buffer.from('301c301aa018a0168614687474703a2f2f63726c2e6578616d706c652f61', 'hex'),
};
const tsa = () => authority({ name: 'Revocable', leaf: { extensions: [...leafExtensions, crl] } });
const clocked = (status: 'revoked' | 'unknown'): Case => {
  const from = tsa();
  return [stamped({ stamp: { from } }), { ...stampTrust({}, from), revocation: fakeRevocation(status) }];
};

/** For each code one signature in which that alone is wrong. The type holds the list to be complete. */
const cases: Record<Exclude<ReasonCode, 'refused-before'>, () => Case> = {
  malformed: () => [rawEnvelope({ header: { [scheme]: 'other' } })],
  limit: () => [rawEnvelope({ header: { deep: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as unknown } })],
  'media-type': () => [rawEnvelope(), {}, 'application/json'],
  'content-type': () => [rawEnvelope({ header: { cty: 'text/plain' } })],
  algorithm: () => [rawEnvelope({ header: { alg: 'ES384' } })],
  critical: () => [rawEnvelope({ header: { crit: [scheme, 'absent'] } })],
  'unknown-critical-attribute': () => [rawEnvelope({ header: { crit: [scheme, 'a'], a: 1 } })],
  'verification-plugin': () => [pluginEnvelope()],
  'plugin-not-installed': () => [pluginEnvelope(), { plugins: { find: async () => undefined } }],
  'plugin-version': () => [pluginEnvelope(), { plugins: fakePlugins({ metadata: { version: 'v1' } }) }],
  'plugin-capability': () => [pluginEnvelope(), { plugins: fakePlugins({ metadata: { capabilities: [] } }) }],
  'plugin-failed': () => [pluginEnvelope(), { plugins: fakePlugins({ answer: () => undefined as never }) }],
  'plugin-unprocessed-attribute': () => [pluginEnvelope({ a: 1 }), { plugins: fakePlugins({ processed: [] }) }],
  chain: () => [rawEnvelope({ chain: testChain().slice(0, 1) })],
  signature: () => [rawEnvelope({ signer: () => new Uint8Array(64).fill(1) })],
  emulated: () => [rawEnvelope({ chain: testChain({ extensions: [policy(EMULATED_POLICY_OID)] }) })],
  'trust-store': () => [rawEnvelope(), otherStore],
  'not-anchored': () => [rawEnvelope(), strangers],
  identity: () => [rawEnvelope(), { trustPolicy: policyWith({ trustedIdentities: ['x509.subject: C=CH, ST=Bern, O=Acme'] }) }],
  expired: () => [
    rawEnvelope({ header: { crit: [scheme, 'io.cncf.notary.expiry'], 'io.cncf.notary.expiry': '2026-06-01T12:00:00Z' } }),
    { clock: clockAt(Date.UTC(2026, 5, 1, 12)) },
  ],
  'no-expiry': () => [rawEnvelope(), { requireExpiry: true }],
  'too-old': () => [rawEnvelope(), { maxSignatureAgeMs: 999 }],
  'certificate-not-yet-valid': () => [rawEnvelope({ chain: testChain({ notBefore: now + day }) })],
  'certificate-expired': () => [rawEnvelope({ chain: testChain({ notAfter: now - day }) })],
  'timestamp-missing': () => [rawEnvelope(), stampTrust()],
  'timestamp-invalid': () => [stamped({ token: () => stampOf(new Uint8Array(64)) }), stampTrust()],
  'timestamp-outside-validity': () => [stamped({ chain: testChain({ notAfter: now - day }) }), stampTrust()],
  'timestamp-authority-revoked': () => clocked('revoked'),
  'timestamp-authority-unknown': () => clocked('unknown'),
  'revocation-not-available': () => [revocable()],
  'revocation-not-asked': () => [revocable(), { ...asks, revocation: fakeRevocation() }],
  'revocation-unknown': () => [revocable(), { revocation: fakeRevocation('unknown') }],
  revoked: () => [revocable(), { revocation: fakeRevocation('revoked') }],
  'subject-mismatch': () => [rawEnvelope(), { subject: { ...subject, size: 943 } }],
  'user-metadata': () => [rawEnvelope(), { userMetadata: { build: '7' } }],
};

const judge = ([envelope, changes = {}, mediaType = jws]: Case) => evaluateSignature(envelope, mediaType, trusting(changes));

describe('every reason code has a signature that is refused for it alone', () => {
  it.each(Object.entries(cases))('%s', async (code, make) => {
    const outcome = await judge(make());
    expect(outcome.verdict).toBe('not-trusted');
    const reasons = outcome.verdict === 'not-trusted' ? outcome.failures.map(({ reason }) => reason?.code) : [];
    expect(reasons).toEqual([code]);
    // What is said of a signature is data: nothing is lost on its way through JSON.
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(structuredClone(outcome));
  });

  it('refused-before is the reason of checks that did not run', async () => {
    const { checks } = await judge([revocable(), { ...strangers, revocation: fakeRevocation() }]);
    expect(checks.filter(({ result }) => result === 'skipped').map(({ type, reason }) => [type, reason?.code])).toEqual([
      ['revocation', 'refused-before'],
    ]);
  });
});
