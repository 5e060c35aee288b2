import { SignError } from '@securosys/core';
import {
  type EvaluateOptions,
  evaluateSignature,
  type SignatureOutcome,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import type { RevocationChecker } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { crl, day, now, ocsp, rootCertificate, testChain } from './helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, signed, subject, trusting } from './helpers/envelopes.js';
import { fakeRevocation } from './helpers/verifiers.js';

const judge = (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) =>
  evaluateSignature(envelope, jws, trusting(changes));
const said = (outcome: SignatureOutcome) =>
  outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : outcome.verdict;
const revocable = () => signed({ extensions: [ocsp('http://ocsp.example')] }).envelope;
const strangers = { trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate([crl('http://other.example')])] }) };

describe('revocation of the signing chain (§10)', () => {
  it('is asked for about the whole chain, for code signing, with deadline, signal and logger as given', async () => {
    const revocation = fakeRevocation();
    const { signal } = new AbortController();
    const outcome = await judge(revocable(), { revocation, signal, timeoutMs: 5 });
    expect(outcome.verdict).toBe('trusted');
    expect(revocation.asked.map(({ chain, options }) => [chain.length, options])).toEqual([
      [2, { purpose: 'code-signing', signal, timeoutMs: 5 }],
    ]);
    const found = outcome.checks.find(({ type }) => type === 'revocation')?.revocation;
    expect(found?.certificates.map(({ subject: name, status, method }) => [name, status, method])).toEqual([
      ['CN=release,O=Acme,ST=Zurich,C=CH', 'ok', 'ocsp'],
      ['CN=Acme Root,O=Acme,C=CH', 'non-revokable', 'ocsp'],
    ]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it.each([
    ['revoked', 'revoked'],
    ['unknown', 'revocation-unknown'],
  ] as const)('%s refuses at strict, warns at permissive and audit, and is not asked for when skipped', async (status, code) => {
    const revocation = fakeRevocation(status);
    expect(said(await judge(revocable(), { revocation }))).toEqual([`revocation: ${code}`]);
    for (const level of ['permissive', 'audit']) {
      const outcome = await judge(revocable(), { revocation, trustPolicy: policyWith({}, { level }) });
      expect(outcome.verdict === 'trusted' && outcome.warnings.map(({ reason }) => reason?.code)).toEqual([code]);
    }
    const skipping = fakeRevocation(status);
    const outcome = await judge(revocable(), {
      revocation: skipping,
      trustPolicy: policyWith({}, { override: { revocation: 'skip' } }),
    });
    expect([outcome.verdict, skipping.asked.length]).toEqual(['trusted', 0]);
  });

  it('is nobody’s business for certificates that name nobody, and for the root', async () => {
    const revocation = fakeRevocation('revoked');
    expect((await judge(signed().envelope, { revocation })).verdict).toBe('trusted');
    const rootExtensions = [crl('http://crl.example')];
    const rooted = signed({ rootExtensions }).envelope;
    const trustStore = trustStoreFromCertificates({ 'ca:acme': [rootCertificate(rootExtensions)] });
    expect((await judge(rooted, { revocation, trustStore })).verdict).toBe('trusted');
    expect(revocation.asked).toEqual([]);
  });

  it('S26: nobody is asked about a chain that reaches no trust store, at any level', async () => {
    for (const level of ['strict', 'permissive', 'audit']) {
      const revocation = fakeRevocation();
      const outcome = await judge(revocable(), { ...strangers, revocation, trustPolicy: policyWith({}, { level }) });
      expect(revocation.asked).toEqual([]);
      expect(outcome.checks.find(({ type }) => type === 'revocation')?.reason?.code).toBe(
        level === 'audit' ? 'revocation-not-asked' : 'refused-before',
      );
    }
    const trustPolicy = policyWith({}, { level: 'audit', override: { revocation: 'enforce' } });
    expect(said(await judge(revocable(), { ...strangers, revocation: fakeRevocation(), trustPolicy }))).toEqual([
      'revocation: revocation-not-asked',
    ]);
  });

  it('nobody is asked about a signature that is refused already', async () => {
    const revocation = fakeRevocation();
    const outcome = await judge(signed({ extensions: [ocsp('http://o.example')], prepare: { expiresAt: now + 1 } }).envelope, {
      revocation,
      clock: clockAt(now + day),
    });
    expect(said(outcome)).toEqual(['expiry: expired']);
    expect(revocation.asked).toEqual([]);
  });

  it('knows the authentic signing time of a signing authority, and of nobody else', async () => {
    const revocation = fakeRevocation();
    const name = 'io.cncf.notary.authenticSigningTime';
    const envelope = rawEnvelope({
      chain: testChain({ extensions: [ocsp('http://ocsp.example')] }),
      header: {
        'io.cncf.notary.signingScheme': 'notary.x509.signingAuthority',
        'io.cncf.notary.signingTime': undefined,
        [name]: '2026-06-01T00:00:00Z',
        crit: ['io.cncf.notary.signingScheme', name],
      },
    });
    const outcome = await judge(envelope, {
      revocation,
      trustPolicy: policyWith({ trustStores: ['signingAuthority:acme'] }),
      trustStore: trustStoreFromCertificates({ 'signingAuthority:acme': [rootCertificate()] }),
    });
    expect(outcome.verdict).toBe('trusted');
    expect(revocation.asked[0]?.options).toEqual({ purpose: 'code-signing', authenticSigningTime: Date.UTC(2026, 5, 1) });
  });

  it('is unknown when the report says less than was asked', async () => {
    const full = fakeRevocation();
    const short: RevocationChecker = {
      check: async (chain, options) => {
        const report = await full.check(chain, options);
        return { ...report, certificates: report.certificates.slice(1) };
      },
    };
    expect(said(await judge(revocable(), { revocation: short }))).toEqual(['revocation: revocation-unknown']);
  });

  it('is unknown when the checker fails; a bug in it, and an abort, reach the caller', async () => {
    const failing = (error: unknown) => ({ revocation: { check: async () => Promise.reject(error) } });
    expect(said(await judge(revocable(), failing(new SignError('ERR_TIMEOUT', 'late'))))).toEqual([
      'revocation: revocation-unknown',
    ]);
    const bug = new TypeError('bug');
    await expect(judge(revocable(), failing(bug))).rejects.toBe(bug);
    const reason = new SignError('ERR_TIMEOUT', 'the caller waits no longer');
    const controller = new AbortController();
    const aborting: RevocationChecker = {
      check: async () => {
        controller.abort(reason);
        throw reason;
      },
    };
    await expect(judge(revocable(), { revocation: aborting, signal: controller.signal })).rejects.toBe(reason);
  });

  it('says nothing of a subject that was not signed: both are reported', async () => {
    const outcome = await judge(revocable(), { revocation: fakeRevocation('revoked'), subject: { ...subject, size: 1 } });
    expect(said(outcome)).toEqual(['revocation: revoked', 'subject: subject-mismatch']);
  });
});
