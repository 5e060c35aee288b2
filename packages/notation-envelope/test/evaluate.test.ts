import type { JsonValue } from '@securosys/core';
import {
  type EvaluateOptions,
  evaluateSignature,
  parseTrustPolicy,
  type SignatureOutcome,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { EMULATED_POLICY_OID } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { crl, day, defaultSubject, now, ocsp, policy, rootCertificate, testKey } from './helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, signed, subject, trusting } from './helpers/envelopes.js';

const judge = (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) =>
  evaluateSignature(envelope, jws, trusting(changes));
const good = () => signed({ prepare: { expiresAt: now + day, annotations: { build: '7' } } }).envelope;
const failuresOf = (outcome: SignatureOutcome) =>
  outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : outcome.verdict;

describe('a trusted signature', () => {
  it('says who signed what and when, and which checks ran', async () => {
    const outcome = await judge(good());
    expect(outcome).toMatchObject({
      verdict: 'trusted',
      statement: 'test',
      warnings: [],
      signature: { subject, signer: { subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }, signedAt: now - 1000, expiresAt: now + day },
    });
    expect(outcome.checks.map(({ type, action, result }) => `${type} ${action} ${result}`)).toEqual([
      'integrity enforce pass',
      'authenticity enforce pass',
      'emulation enforce pass',
      'expiry enforce pass',
      'authenticTimestamp enforce pass',
      'revocation enforce pass',
      'freshness enforce pass',
      'subject enforce pass',
      'userMetadata enforce pass',
    ]);
  });

  it('has no member that could be read as yes or no', async () => {
    for (const outcome of [await judge(good()), await judge(new Uint8Array())])
      for (const value of Object.values(outcome)) expect(typeof value).not.toBe('boolean');
  });
});

describe('what refuses a signature at level strict', () => {
  it.each<[string, () => Uint8Array, Partial<EvaluateOptions>, string]>([
    ['another digest', good, { subject: { ...subject, digest: `sha256:${'00'.repeat(32)}` } }, 'subject: subject-mismatch'],
    ['another size', good, { subject: { ...subject, size: 1 } }, 'subject: subject-mismatch'],
    ['another media type', good, { subject: { ...subject, mediaType: 'a/b' } }, 'subject: subject-mismatch'],
    ['its expiry, to the millisecond', good, { clock: clockAt(now + day) }, 'expiry: expired'],
    [
      'an expired certificate',
      () => signed().envelope,
      { clock: clockAt(now + 266 * day) },
      'authenticTimestamp: certificate-expired',
    ],
    [
      'a certificate that is not valid yet',
      () => signed().envelope,
      { clock: clockAt(now - 101 * day) },
      'authenticTimestamp: certificate-not-yet-valid',
    ],
    [
      'a root that nobody trusts',
      good,
      { trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate([policy('1.2.3')])] }) },
      'authenticity: not-anchored',
    ],
    ['a missing store', good, { trustStore: trustStoreFromCertificates({}) }, 'authenticity: trust-store'],
    [
      'the right root in a store of another type',
      good,
      {
        trustPolicy: policyWith({ trustStores: ['signingAuthority:acme'] }),
        trustStore: trustStoreFromCertificates({ 'signingAuthority:acme': [rootCertificate()] }),
      },
      'authenticity: not-anchored',
    ],
    [
      'one missing store beside the right one',
      good,
      { trustPolicy: policyWith({ trustStores: ['ca:acme', 'ca:other'] }) },
      'authenticity: trust-store',
    ],
    [
      'another identity',
      good,
      { trustPolicy: policyWith({ trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Other'] }) },
      'authenticity: identity',
    ],
    [
      'OCSP in the leaf',
      () => signed({ extensions: [ocsp('http://ocsp.example')] }).envelope,
      {},
      'revocation: revocation-not-available',
    ],
    [
      'CRL in the leaf',
      () => signed({ extensions: [crl('http://crl.example/a.crl')] }).envelope,
      {},
      'revocation: revocation-not-available',
    ],
    [
      'a critical attribute nobody knows',
      () => rawEnvelope({ header: { crit: ['io.cncf.notary.signingScheme', 'x'], x: 1 } }),
      {},
      'integrity: unknown-critical-attribute',
    ],
  ])('%s', async (_, envelope, changes, expected) => {
    expect(failuresOf(await judge(envelope(), changes))).toEqual([expected]);
  });

  it('the media type of another envelope', async () => {
    expect(failuresOf(await evaluateSignature(good(), 'application/jose', trusting()))).toEqual(['integrity: media-type']);
  });

  it('nothing at all', async () => {
    expect(failuresOf(await judge(new Uint8Array()))).toEqual(['integrity: malformed']);
  });
});

describe('levels', () => {
  const bad = () => signed({ extensions: [ocsp('http://ocsp.example')], prepare: { expiresAt: now + 1000 } }).envelope;
  const late = { clock: clockAt(now + 300 * day) };

  it('permissive reports expiry, time and revocation, and still refuses strangers', async () => {
    const trustPolicy = policyWith({}, { level: 'permissive' });
    const outcome = await judge(bad(), { ...late, trustPolicy });
    expect(outcome.verdict === 'trusted' && outcome.warnings.map(({ type }) => type)).toEqual([
      'expiry',
      'authenticTimestamp',
      'revocation',
    ]);
    expect(failuresOf(await judge(bad(), { ...late, trustPolicy, trustStore: trustStoreFromCertificates({}) }))).toEqual([
      'authenticity: trust-store',
    ]);
  });

  it('audit reports strangers, and still refuses what is broken, foreign or emulated', async () => {
    const trustPolicy = policyWith({}, { level: 'audit' });
    const outcome = await judge(good(), { trustPolicy, trustStore: trustStoreFromCertificates({}) });
    expect(outcome.verdict === 'trusted' && outcome.warnings.map(({ type }) => type)).toEqual(['authenticity']);
    expect(failuresOf(await judge(good().slice(1), { trustPolicy }))).toEqual(['integrity: malformed']);
    expect(failuresOf(await judge(good(), { trustPolicy, subject: { ...subject, size: 1 } }))).toEqual([
      'subject: subject-mismatch',
    ]);
  });

  it('skip is skipped, whatever the bytes are, and never trusted', async () => {
    const trustPolicy = parseTrustPolicy({
      version: '1.0',
      trustPolicies: [{ name: 's', registryScopes: ['registry.example/app'], signatureVerification: { level: 'skip' } }],
    });
    for (const bytes of [good(), new Uint8Array()]) {
      const outcome = await judge(bytes, { trustPolicy });
      expect(outcome.verdict).toBe('skipped');
      expect(new Set(outcome.checks.map(({ result }) => result))).toEqual(new Set(['skipped']));
      expect(outcome).not.toHaveProperty('signature');
    }
  });
});

describe('a signing authority', () => {
  const name = 'io.cncf.notary.authenticSigningTime';
  const envelope = (time: string) =>
    rawEnvelope({
      header: {
        'io.cncf.notary.signingScheme': 'notary.x509.signingAuthority',
        'io.cncf.notary.signingTime': undefined,
        [name]: time,
        crit: ['io.cncf.notary.signingScheme', name],
      },
    });
  const authority = {
    trustPolicy: policyWith({ trustStores: ['signingAuthority:acme'] }),
    trustStore: trustStoreFromCertificates({ 'signingAuthority:acme': [rootCertificate()] }),
  };

  it('is believed about the time, also after its certificates have expired', async () => {
    expect((await judge(envelope('2026-06-01T00:00:00Z'), { ...authority, clock: clockAt(now + 5000 * day) })).verdict).toBe(
      'trusted',
    );
    expect(failuresOf(await judge(envelope('2025-01-01T00:00:00Z'), authority))).toEqual([
      'authenticTimestamp: certificate-not-yet-valid',
    ]);
    expect(failuresOf(await judge(envelope('2040-01-01T00:00:00Z'), authority))).toEqual([
      'authenticTimestamp: certificate-expired',
    ]);
  });

  it('is not trusted through a ca store', async () => {
    expect(failuresOf(await judge(envelope('2026-06-01T00:00:00Z')))).toEqual(['authenticity: not-anchored']);
  });
});

describe('the emulator mark (S34)', () => {
  const reasons = async (envelope: Uint8Array, changes = {}) => failuresOf(await judge(envelope, changes));

  it('refuses a marked leaf, by policy or by name, even with its root pinned and at every level', async () => {
    const byName = signed({ subject: [...defaultSubject, ['SERIALNUMBER', 'EMULATED']] }).envelope;
    for (const envelope of [signed({ extensions: [policy(EMULATED_POLICY_OID)] }).envelope, byName])
      for (const level of ['strict', 'permissive', 'audit'])
        expect(await reasons(envelope, { trustPolicy: policyWith({}, { level }) })).toEqual(['emulation: emulated']);
  });

  it('refuses a marked root, and says so in the signing agent', async () => {
    const mark = [policy(EMULATED_POLICY_OID)];
    const { envelope } = signed({ rootExtensions: mark });
    const trustStore = trustStoreFromCertificates({ 'ca:acme': [rootCertificate(mark)] });
    expect(await reasons(envelope, { trustStore })).toEqual(['emulation: emulated']);
    expect((await judge(envelope, { trustStore, allowEmulated: true })).verdict).toBe('trusted');
    expect(new TextDecoder().decode(envelope)).toContain('emulated/1"');
  });
});

describe('freshness (S22)', () => {
  it('refuses a signing time in the future when an age is demanded, but for a difference of clocks', async () => {
    const at = (offset: number) => judge(signed({ prepare: { signingTime: now + offset } }).envelope, { maxSignatureAgeMs: day });
    expect((await at(5 * 60_000)).verdict).toBe('trusted');
    expect((await at(6 * 60_000)).verdict).toBe('not-trusted');
  });
});

describe('errors of the trust store', () => {
  it('that are not its own to raise reach the caller', async () => {
    const boom = new TypeError('bug');
    const trustStore = {
      load: async () => {
        throw boom;
      },
    };
    await expect(judge(good(), { trustStore })).rejects.toBe(boom);
  });
});

describe('mutation', () => {
  /** Mulberry32: the same sample in every run. */
  const random = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  /** The signing agent is not signed and must not change the verdict; neither may the name of its member. */
  const isUnsigned = (text: string) => {
    const start = text.indexOf('io.cncf.notary.signingAgent');
    const end = text.indexOf('"', start + 'io.cncf.notary.signingAgent":"'.length);
    return (at: number) => at >= start && at < end;
  };

  it('no changed byte anywhere leaves a signature trusted, and none throws', async () => {
    const envelope = good();
    const unsigned = isUnsigned(new TextDecoder().decode(envelope));
    const next = random(20261121);
    const options = trusting();
    // The whole corpus is every single bit (SLOW=1, as in CI); otherwise a sample of changed bytes, the same in every run.
    const whole = Array.from({ length: envelope.byteLength * 8 }, (_, i) => [i >> 3, 1 << (i & 7)] as const);
    const sample = () => [Math.floor(next() * envelope.byteLength), 1 + Math.floor(next() * 255)] as const;
    for (const [at, change] of process.env.SLOW ? whole : Array.from({ length: 1_500 }, sample)) {
      const mutant = envelope.slice();
      mutant[at] = mutant[at]! ^ change;
      const outcome = await evaluateSignature(mutant, jws, options);
      if (!unsigned(at)) expect(outcome.verdict, `byte ${at}`).toBe('not-trusted');
    }
  });

  it('no cut and no insertion leaves a signature trusted', async () => {
    const envelope = good();
    const unsigned = isUnsigned(new TextDecoder().decode(envelope));
    const next = random(7);
    const last = envelope.byteLength - 1;
    const whole = Array.from({ length: last }, (_, i) => i + 1);
    for (const at of process.env.SLOW ? whole : Array.from({ length: 300 }, () => 1 + Math.floor(next() * last))) {
      const twice = Uint8Array.from([...envelope.subarray(0, at), ...envelope.subarray(Math.max(0, at - 5))]);
      expect((await judge(envelope.slice(0, at))).verdict).toBe('not-trusted');
      if (!unsigned(at - 5) && !unsigned(at)) expect((await judge(twice)).verdict, `at ${at}`).toBe('not-trusted');
    }
  });

  it('swapping signature, header, payload or chain between two good envelopes is refused', async () => {
    const other = signed({ prepare: { signingTime: now - 5_000 }, leafKey: testKey('ec-p256', 'second') }).envelope;
    const [a, b] = [good(), other].map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, JsonValue>);
    for (const member of ['payload', 'protected', 'header', 'signature']) {
      const mixed = { ...a, [member]: b![member] };
      if (JSON.stringify(mixed) === JSON.stringify(a)) continue;
      expect((await judge(new TextEncoder().encode(JSON.stringify(mixed)))).verdict, member).toBe('not-trusted');
    }
  });
});
