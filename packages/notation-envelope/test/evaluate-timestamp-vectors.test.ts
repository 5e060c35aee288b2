import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { evaluateSignature, openEnvelope, trustStoreFromCertificates } from '@securosys/notation-envelope';
import { parseCertificates } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { clockAt, cose, jws, policyWith, trusting } from './helpers/envelopes.js';
import { fakeRevocation } from './helpers/verifiers.js';

/** Envelopes that notation made, with timestamps of a public authority; what they come to is what notation-go's own tests expect. */
const vector = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`vectors/notation/${name}`, import.meta.url))));
const today = Date.UTC(2026, 10, 21);
const timestampRoot = parseCertificates(vector('globalsignRoot.cer')).map(({ der }) => der);

async function judge(name: string, settings: Record<string, unknown> = {}, at = today) {
  const bytes = vector(name);
  const type = bytes[0] === 0xd2 ? cose : jws;
  const { subject, chain } = openEnvelope(bytes, type);
  const revocation = fakeRevocation();
  const options = trusting({
    subject,
    clock: clockAt(at),
    revocation,
    trustPolicy: policyWith({ trustStores: ['ca:v', 'tsa:v'], trustedIdentities: ['*'] }, settings),
    trustStore: trustStoreFromCertificates({ 'ca:v': [chain[chain.length - 1]?.der as Uint8Array], 'tsa:v': timestampRoot }),
  });
  const outcome = await evaluateSignature(bytes, type, options);
  return { outcome, check: outcome.checks.find((check) => check.type === 'authenticTimestamp'), asked: revocation.asked };
}

describe('envelopes with timestamps of notation-go', () => {
  it.each(['jwsWithTimestamp.sig', 'coseWithTimestamp.sig', 'jwsExpiredWithTimestamp.sig', 'coseExpiredWithTimestamp.sig'])(
    '%s passes, and the chain of its authority was asked about',
    async (name) => {
      const { outcome, check, asked } = await judge(name);
      expect([outcome.verdict, check?.result]).toEqual(['trusted', 'pass']);
      expect(check?.timestamp?.authority).toContain('GlobalSign');
      expect(asked.map(({ options }) => options.purpose)).toEqual(['timestamping']);
    },
  );

  it.each(['jwsExpiredWithTimestamp.sig', 'coseExpiredWithTimestamp.sig'])(
    '%s fails without an authority to believe',
    async (name) => {
      const bytes = vector(name);
      const type = bytes[0] === 0xd2 ? cose : jws;
      const { subject, chain } = openEnvelope(bytes, type);
      const trustPolicy = policyWith({ trustStores: ['ca:v'], trustedIdentities: ['*'] });
      const trustStore = trustStoreFromCertificates({ 'ca:v': [chain[chain.length - 1]?.der as Uint8Array] });
      const outcome = await evaluateSignature(bytes, type, trusting({ subject, clock: clockAt(today), trustPolicy, trustStore }));
      expect(outcome).toMatchObject({ verdict: 'not-trusted', failures: [{ reason: { code: 'certificate-expired' } }] });
    },
  );

  it.each([
    ['timestampBeforeNotBefore.sig', 'timestamp-outside-validity'],
    ['timestampAfterNotAfter.sig', 'timestamp-outside-validity'],
    ['withoutTimestamp.sig', 'timestamp-missing'],
  ])('%s fails: %s', async (name, code) => {
    const { check } = await judge(name);
    expect(check).toMatchObject({ result: 'fail', reason: { code } });
  });
});
