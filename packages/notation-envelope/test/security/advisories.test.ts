import { base64urlText, hexBytes, utf8Bytes } from '@securosys/core';
import { type EvaluateOptions, evaluateSignature, parseJwsEnvelope, parseTrustPolicy } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { authority, leafExtensions } from '../../../pki/test/timestamp/craft-token.js';
import {
  basicConstraints,
  certificate,
  codeSigning,
  day,
  keyUsage,
  now,
  rootCertificate,
  rootSubject,
  testChain,
  testKey,
} from '../helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, signed, signWith, subject, trusting } from '../helpers/envelopes.js';
import { thrown } from '../helpers/thrown.js';
import { fakeRevocation, stamped, stampTrust } from '../helpers/verifiers.js';

/** Mistakes of others (threat model §5) that this package must not repeat; one test per advisory. */
const judge = async (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) => {
  const outcome = await evaluateSignature(envelope, jws, trusting(changes));
  return outcome.verdict === 'not-trusted' ? outcome.failures.map(({ reason }) => reason?.code).join() : outcome.verdict;
};

describe('Notary Project', () => {
  it('CVE-2023-33959: a good signature of another descriptor is never one of this artifact', async () => {
    const { envelope } = signed();
    expect(await judge(envelope)).toBe('trusted');
    for (const change of [
      { digest: `sha256:${'11'.repeat(32)}` },
      { size: 943 },
      { mediaType: 'application/vnd.oci.image.index.v1+json' },
    ])
      expect(await judge(envelope, { subject: { ...subject, ...change } })).toBe('subject-mismatch');
  });

  it('CVE-2023-33957, CVE-2023-33958: an envelope over the limit is refused by its size alone', async () => {
    const started = performance.now();
    expect(await judge(new Uint8Array(64 * 1024 * 1024).fill(0x20))).toBe('limit');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('CVE-2023-25656: identities with =# or of any length cost nothing', () => {
    const policy = (identity: string) => ({
      version: '1.0',
      trustPolicies: [
        {
          name: 'x',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:a'],
          trustedIdentities: [identity],
        },
      ],
    });
    const started = performance.now();
    for (const identity of [
      'x509.subject:C=CH,ST=Z,O=A,CN=#04ffffffff',
      `x509.subject:${'a=#'.repeat(100_000)}`,
      `x509.subject:C=${'\\'.repeat(4_000)}`,
      `x509.subject:${'\\ff'.repeat(1_000)}`,
    ])
      expect(thrown(() => parseTrustPolicy(policy(identity))).code).toBe('ERR_INVALID_ARGUMENT');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('CVE-2024-23332: an old signature, still valid under a permissive policy, fails when an age or an expiry is demanded', async () => {
    const old = signed({ prepare: { signingTime: now - 90 * day } }).envelope;
    const trustPolicy = policyWith({}, { level: 'permissive' });
    expect(await judge(old, { trustPolicy })).toBe('trusted');
    expect(await judge(old, { trustPolicy, maxSignatureAgeMs: 30 * day })).toBe('too-old');
    expect(await judge(old, { trustPolicy, requireExpiry: true })).toBe('no-expiry');
  });

  it('CVE-2024-56138: a signature whose timestamp authority was revoked, or cannot be asked about, is refused at verification', async () => {
    const points = { id: '2.5.29.31', value: hexBytes('301c301aa018a0168614687474703a2f2f63726c2e6578616d706c652f61') };
    const from = authority({ leaf: { extensions: [...leafExtensions, points] } });
    const trust = (settings = {}) => ({ ...stampTrust(settings, from) });
    const envelope = stamped({ stamp: { from } });
    expect(await judge(envelope, { ...trust(), revocation: fakeRevocation() })).toBe('trusted');
    for (const settings of [{}, { override: { revocation: 'skip' } }, { verifyTimestamp: 'always' }]) {
      expect(await judge(envelope, { ...trust(settings), revocation: fakeRevocation('revoked') })).toBe(
        'timestamp-authority-revoked',
      );
      expect(await judge(envelope, { ...trust(settings), revocation: fakeRevocation('unknown') })).toBe(
        'timestamp-authority-unknown',
      );
      expect(await judge(envelope, trust(settings))).toBe('revocation-not-available');
    }
  });
});

describe('JOSE', () => {
  const attacker = testKey('ec-p256', 'attacker');
  const jwk = { ...attacker.privateKey.export({ format: 'jwk' }), d: undefined };

  it('CVE-2018-0114, CVE-2025-24976: a key inside the header is never the key that verifies', async () => {
    const signer = (message: Uint8Array) => signWith(attacker, 'ecdsa-sha256', message);
    for (const header of [
      { jwk },
      { jwk, kid: 'x' },
      { jku: 'https://attacker.example/jwks' },
      { x5u: 'https://attacker.example/x5u' },
    ])
      expect(await judge(rawEnvelope({ header, signer }))).toBe('signature');
    const unprotected = rawEnvelope({
      signer,
      change: (envelope) => Object.assign(envelope.header as object, { jwk, alg: 'ES256' }),
    });
    expect(await judge(unprotected)).toBe('signature');
  });

  it('CVE-2018-0114: a chain of the attacker is whole, and anchored nowhere', async () => {
    const chain = [
      certificate({
        key: attacker,
        issuerKey: attacker,
        issuer: [
          ['C', 'CH'],
          ['ST', 'Zurich'],
          ['O', 'Acme'],
          ['CN', 'release'],
        ],
        extensions: [keyUsage('0780')],
      }),
    ];
    expect(await judge(rawEnvelope({ key: attacker, chain }))).toBe('not-anchored');
  });

  it('a root of the attacker with the names of ours is another certificate', async () => {
    const rootOf = (key: typeof attacker) =>
      certificate({ subject: rootSubject, key, issuerKey: key, extensions: [basicConstraints(true), keyUsage('0204')] });
    const leaf = certificate({ key: attacker, issuerKey: attacker, extensions: [keyUsage('0780'), codeSigning()] });
    expect(await judge(rawEnvelope({ key: attacker, chain: [leaf, rootOf(attacker)] }))).toBe('not-anchored');
    expect(await judge(rawEnvelope({ key: attacker, chain: [leaf, rootCertificate()] }))).toBe('chain');
  });

  it('CVE-2024-28176: zip inflates nothing', async () => {
    expect(await judge(rawEnvelope({ header: { zip: 'DEF' } }))).toBe('trusted');
    expect(await judge(rawEnvelope({ header: { zip: 'DEF', crit: ['io.cncf.notary.signingScheme', 'zip'] } }))).toBe(
      'unknown-critical-attribute',
    );
    const compressed = base64urlText(utf8Bytes('not json'));
    expect(await judge(rawEnvelope({ change: (envelope) => Object.assign(envelope, { payload: compressed }) }))).toBe(
      'signature',
    );
  });

  it.each(['payload', 'protected', 'header', 'signature'])(
    'CVE-2026-34986: an empty or absent %s is refused, not a crash',
    (member) => {
      const envelope = JSON.parse(new TextDecoder().decode(rawEnvelope())) as Record<string, unknown>;
      for (const value of ['', null, undefined, [], {}, 0]) {
        const text = JSON.stringify({ ...envelope, [member]: value });
        expect(thrown(() => parseJwsEnvelope(utf8Bytes(text))).code).toBe('ERR_MALFORMED');
      }
    },
  );
});

describe('signatures', () => {
  it('CVE-2022-21449: r or s of zero, or of the group order, is refused', async () => {
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const zero = new Uint8Array(32);
    const one = new Uint8Array(32).fill(1, 31);
    for (const [r, s] of [
      [zero, zero],
      [zero, one],
      [one, zero],
      [order, order],
      [order, one],
      [one, order],
    ] as const)
      expect(await judge(rawEnvelope({ signer: () => Uint8Array.from([...r, ...s]) }))).toBe('signature');
  });

  it('CVE-2022-24771, CVE-2022-24773: no PKCS#1 v1.5 signature, lax or correct, passes for a PSS key', async () => {
    const key = testKey('rsa-2048');
    const chain = testChain({ leafKey: key });
    const correct = (message: Uint8Array) => signWith(key, 'rsa-pkcs1-sha256', message);
    expect(await judge(rawEnvelope({ key, chain, signer: correct }))).toBe('signature');
    expect(await judge(rawEnvelope({ key, chain, signer: correct, header: { alg: 'RS256' } }))).toBe('algorithm');
  });

  it('CVE-2026-24122: an expired certificate above the leaf refuses the signature', async () => {
    const middleKey = testKey('ec-p256', 'middle');
    const middleName = [...rootSubject.slice(0, 2), ['CN', 'Middle']] as typeof rootSubject;
    const middle = certificate({
      subject: middleName,
      key: middleKey,
      issuerKey: testKey('ec-p256', 'root'),
      notAfter: now - 1000,
      extensions: [basicConstraints(true), keyUsage('0204')],
    });
    const leaf = certificate({
      key: testKey('ec-p256'),
      issuer: middleName,
      issuerKey: middleKey,
      extensions: [keyUsage('0780'), codeSigning()],
    });
    const envelope = rawEnvelope({ chain: [leaf, middle, rootCertificate()] });
    expect(await judge(envelope)).toBe('certificate-expired');
    expect(await judge(envelope, { clock: clockAt(now - 1000) })).toBe('trusted');
  });
});

describe('evidence and options', () => {
  it('CVE-2026-48815: an option that nobody knows is refused, not dropped', async () => {
    await expect(judge(signed().envelope, { allowedIdentities: [] } as Partial<EvaluateOptions>)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  it('CVE-2022-35929, CVE-2026-39395: a good signature over another content type, or over garbage, is refused', async () => {
    expect(await judge(rawEnvelope({ header: { cty: 'application/vnd.in-toto+json' } }))).toBe('content-type');
    for (const payload of ['{}', '[]', 'garbage', '{"targetArtifact":null}', 'null'])
      expect(await judge(rawEnvelope({ payload }))).toBe('malformed');
  });
});
