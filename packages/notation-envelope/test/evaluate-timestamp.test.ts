import { hexBytes } from '@securosys/core';
import {
  type EvaluateOptions,
  evaluateSignature,
  type SignatureOutcome,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { authority, leafExtensions, sha1 } from '../../pki/test/timestamp/craft-token.js';
import { day, now, rootCertificate, testChain } from './helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, trusting } from './helpers/envelopes.js';
import { fakeRevocation, stamped, stampOf, stampTrust, tsa } from './helpers/verifiers.js';

const judge = (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) =>
  evaluateSignature(envelope, jws, trusting({ ...stampTrust(), ...changes }));
const said = (outcome: SignatureOutcome) =>
  outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : outcome.verdict;
/** The leaf expires a day from now; the root of the tests does not. */
const shortLived = (stamp?: Parameters<typeof stamped>[0]) => stamped({ chain: testChain({ notAfter: now + day }), ...stamp });
const late = { clock: clockAt(now + 2 * day) };
const crlDistribution = {
  id: '2.5.29.31',
  critical: false,
  value: hexBytes('301c301aa018a0168614687474703a2f2f63726c2e6578616d706c652f61'),
};
const revocable = () => authority({ name: 'Revocable', leaf: { extensions: [...leafExtensions, crlDistribution] } });

describe('a timestamp (§9.3)', () => {
  it('keeps a signature trusted after its certificate has expired, and is reported', async () => {
    expect(said(await evaluateSignature(shortLived(), jws, trusting(late)))).toEqual(['authenticTimestamp: certificate-expired']);
    const outcome = await judge(shortLived(), late);
    expect(outcome.verdict).toBe('trusted');
    expect(outcome.checks.find(({ type }) => type === 'authenticTimestamp')?.timestamp).toEqual({
      time: now,
      accuracyMs: 0,
      policy: '1.2.3.4',
      serial: '07d0',
      hash: 'sha256',
      authority: 'CN=TSA',
      anchor: { store: 'tsa:clock', thumbprint: tsa().root.thumbprint },
    });
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('may be about a hash of another kind than the signature: %s', async (hash) => {
    expect((await judge(stamped({ stamp: { hash } }))).verdict).toBe('trusted');
  });

  it.each<[string, () => Uint8Array, Partial<EvaluateOptions>, string]>([
    ['that is missing', () => rawEnvelope(), {}, 'timestamp-missing'],
    ['that is no token', () => stamped({ token: () => Uint8Array.of(0x30, 0) }), {}, 'timestamp-invalid'],
    ['of other bytes', () => stamped({ token: () => stampOf(new Uint8Array(64)) }), {}, 'timestamp-invalid'],
    [
      'with an imprint of SHA-1',
      () => stamped({ stamp: { tst: { imprintHash: sha1, imprint: new Uint8Array(20) } } }),
      {},
      'timestamp-invalid',
    ],
    [
      'of an authority that no store holds',
      () => stamped({ stamp: { from: authority({ name: 'Other' }) } }),
      {},
      'timestamp-invalid',
    ],
    [
      'of an authority that may do more than timestamping',
      () => {
        const from = authority({ leaf: { extensions: leafExtensions.slice(0, 1) } });
        return stamped({ stamp: { from } });
      },
      {},
      'timestamp-invalid',
    ],
    [
      'without a store of authorities',
      () => stamped(),
      { trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate()] }) },
      'trust-store',
    ],
    [
      'from before the certificate',
      () => stamped({ chain: testChain({ notBefore: now + 1000 }) }),
      {},
      'timestamp-outside-validity',
    ],
    [
      'from after the certificate',
      () => stamped({ chain: testChain({ notAfter: now - 1000 }) }),
      {},
      'timestamp-outside-validity',
    ],
    [
      'whose accuracy reaches beyond the certificate',
      () =>
        stamped({ chain: testChain({ notAfter: now + 1000 }), stamp: { tst: { accuracy: Uint8Array.of(0x30, 3, 2, 1, 2) } } }),
      {},
      'timestamp-outside-validity',
    ],
  ])('%s is refused', async (_, envelope, changes, code) => {
    expect(said(await judge(envelope(), changes))).toEqual([`authenticTimestamp: ${code}`]);
  });

  it('whose accuracy ends with the certificate is accepted', async () => {
    const accuracy = Uint8Array.of(0x30, 3, 2, 1, 1);
    expect((await judge(stamped({ chain: testChain({ notAfter: now + 1000 }), stamp: { tst: { accuracy } } }))).verdict).toBe(
      'trusted',
    );
  });

  it('is not looked at before a certificate has expired where the policy says afterCertExpiry', async () => {
    const rule = stampTrust({ verifyTimestamp: 'afterCertExpiry' });
    const garbage = shortLived({ token: () => Uint8Array.of(1) });
    expect((await judge(garbage, rule)).verdict).toBe('trusted');
    expect(said(await judge(garbage, { ...rule, ...late }))).toEqual(['authenticTimestamp: timestamp-invalid']);
    expect((await judge(shortLived(), { ...rule, ...late })).verdict).toBe('trusted');
    expect(said(await judge(garbage, { ...rule, clock: clockAt(now - 101 * day) }))).toEqual([
      'authenticTimestamp: certificate-not-yet-valid',
    ]);
  });

  it('is never looked at where the policy names no authority', async () => {
    const outcome = await evaluateSignature(stamped({ token: () => Uint8Array.of(1) }), jws, trusting());
    expect(outcome.verdict).toBe('trusted');
  });

  it('is ignored in the scheme of signing authorities', async () => {
    const name = 'io.cncf.notary.authenticSigningTime';
    const envelope = stamped({
      token: () => Uint8Array.of(1),
      header: {
        'io.cncf.notary.signingScheme': 'notary.x509.signingAuthority',
        'io.cncf.notary.signingTime': undefined,
        [name]: '2026-06-01T00:00:00Z',
        crit: ['io.cncf.notary.signingScheme', name],
      },
    });
    const outcome = await judge(envelope, {
      trustPolicy: policyWith({ trustStores: ['signingAuthority:acme', 'tsa:clock'] }),
      trustStore: trustStoreFromCertificates({ 'signingAuthority:acme': [rootCertificate()], 'tsa:clock': [tsa().root.der] }),
    });
    expect(outcome.verdict).toBe('trusted');
  });

  it('fails under log without refusing', async () => {
    const outcome = await judge(rawEnvelope(), stampTrust({ level: 'permissive' }));
    expect(outcome.verdict === 'trusted' && outcome.warnings.map(({ reason }) => reason?.code)).toEqual(['timestamp-missing']);
  });
});

describe("revocation of the timestamp's authority", () => {
  const from = revocable();
  const envelope = () => stamped({ stamp: { from } });
  const trust = (settings = {}) => stampTrust(settings, from);

  it('is asked about, for timestamping and without a signing time', async () => {
    const revocation = fakeRevocation();
    const outcome = await judge(envelope(), { ...trust(), revocation });
    expect(outcome.verdict).toBe('trusted');
    expect(revocation.asked.map(({ chain, options }) => [chain[0]?.subjectText, options])).toEqual([
      ['CN=Revocable', { purpose: 'timestamping' }],
    ]);
    expect(outcome.checks.find(({ type }) => type === 'authenticTimestamp')?.timestamp?.revocation?.status).toBe('ok');
  });

  it.each([
    ['revoked', 'timestamp-authority-revoked'],
    ['unknown', 'timestamp-authority-unknown'],
  ] as const)('%s refuses, and no override of revocation switches it off', async (status, code) => {
    for (const settings of [{}, { override: { revocation: 'skip' } }])
      expect(said(await judge(envelope(), { ...trust(settings), revocation: fakeRevocation(status) }))).toEqual([
        `authenticTimestamp: ${code}`,
      ]);
  });

  it('cannot be found out without a checker', async () => {
    expect(said(await judge(envelope(), trust()))).toEqual(['authenticTimestamp: revocation-not-available']);
  });

  it('is not asked about once the signature is refused', async () => {
    const revocation = fakeRevocation();
    const stranger = {
      ...trust(),
      trustPolicy: policyWith({ trustStores: ['ca:acme', 'tsa:clock'], trustedIdentities: ['arn:x'] }),
    };
    const outcome = await judge(envelope(), { ...stranger, revocation });
    expect(said(outcome)).toEqual(['authenticity: identity']);
    expect(outcome.checks.find(({ type }) => type === 'authenticTimestamp')).toMatchObject({
      result: 'skipped',
      reason: { code: 'refused-before' },
    });
    expect(revocation.asked).toEqual([]);
  });
});
