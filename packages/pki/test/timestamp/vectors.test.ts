import { readFileSync } from 'node:fs';
import { SignError, type TimestampHash } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../testing/src/index.js';
import {
  type Certificate,
  createTimestamper,
  parseCertificate,
  parseCertificates,
  parseTimestampToken,
  type TimestampReason,
  verifyTimestampToken,
} from '../../src/index.js';
import { signingCertificate } from '../../src/timestamp/signing-certificate.js';
import { ascii, message } from './craft-token.js';

const file = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`vectors/${name}`, import.meta.url)));
const clock = createTestClock('2027-01-01T00:00:00Z');

/** Asks the recorded question again and hands back the recorded reply. */
function recorded(reply: string, root: string, policy?: string) {
  const queries: Uint8Array[] = [];
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    queries.push(init.body as Uint8Array);
    return new Response(file(reply), { headers: { 'content-type': 'application/timestamp-reply' } });
  };
  const randomBytes = (count: number) => new Uint8Array(count).fill(42);
  const anchors = [file(root)];
  return createTimestamper({ url: 'http://tsa.test', anchors, fetch, clock, randomBytes, ...(policy && { policy }) });
}

const reasonOf = async (work: Promise<unknown>): Promise<{ code: string; reason: unknown; name?: unknown }> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!SignError.is(error)) throw error ?? new Error('accepted');
  const { reason, upstreamName } = error.details;
  return { code: error.code, reason, ...(upstreamName !== undefined && { name: upstreamName }) };
};

describe('replies of openssl ts', () => {
  it.each<[string, TimestampHash, string, number]>([
    ['ec-sha256.tsr', 'sha256', 'root.der', 3],
    ['ec-sha384.tsr', 'sha384', 'root.der', 3],
    ['ec-sha512.tsr', 'sha512', 'root.der', 3],
    ['rsa.tsr', 'sha256', 'rsa-root.der', 2],
    ['forged-in-bag.tsr', 'sha256', 'root.der', 3],
  ])('%s is a good answer', async (reply, hash, root, length) => {
    const token = await recorded(reply, root).timestamp(message, hash);
    const verified = await verifyTimestampToken(token, { message, anchors: [parseCertificate(file(root))] });
    expect(new Date(verified.genTime).toISOString()).toMatch(/^2026-11-21T21:\d\d:\d\d\.000Z$/);
    expect(verified).toMatchObject({ hash, policy: '1.2.3.4.1', accuracyMs: 0 });
    expect(verified.chain).toHaveLength(length);
    expect(verified.chain[0].subjectText).toMatch(/^CN=Recorded tsa,/);
  });

  it('accuracy and milliseconds are read', async () => {
    const token = await recorded('exact.tsr', 'root.der').timestamp(message, 'sha256');
    const { genTime, accuracyMs } = parseTimestampToken(token);
    expect(new Date(genTime).toISOString()).toMatch(/^2026-11-21T21:\d\d:\d\d\.[1-9]\d\dZ$/);
    // 1.5001 s
    expect(accuracyMs).toBe(1501);
  });

  it.each<[string, TimestampHash, string, object, string?]>([
    ['signing-certificate-v1.tsr', 'sha256', 'root.der', { code: 'ERR_MALFORMED', reason: 'signing-certificate-missing' }],
    // The forged chain leads to this root, and the token was not signed by it.
    ['forged-in-bag.tsr', 'sha256', 'forged-root.der', { code: 'ERR_NOT_TRUSTED', reason: 'chain-not-trusted' }],
    ['ec-sha256.tsr', 'sha256', 'rsa-root.der', { code: 'ERR_NOT_TRUSTED', reason: 'chain-not-trusted' }],
    ['ec-sha256.tsr', 'sha384', 'root.der', { code: 'ERR_PROTOCOL', reason: 'reply-imprint' }],
    [
      'rejected-algorithm.tsr',
      'sha512',
      'root.der',
      { code: 'ERR_PROTOCOL', reason: 'request-rejected', name: 'rejection badAlg' },
    ],
    [
      'rejected-policy.tsr',
      'sha256',
      'root.der',
      { code: 'ERR_PROTOCOL', reason: 'request-rejected', name: 'rejection unacceptedPolicy' },
      '1.2.3.4.99',
    ],
  ])('%s asked for %s under %s is refused', async (reply, hash, root, expected, policy) => {
    expect(await reasonOf(recorded(reply, root, policy).timestamp(message, hash))).toEqual(expected);
  });
});

describe('vectors of tspclient-go', () => {
  const anchors: readonly Certificate[] = parseCertificates(file('tspclient-go/GlobalSignRootCA.crt'));
  const verify = (name: string) =>
    verifyTimestampToken(file(`tspclient-go/${name}.p7s`), { message: ascii('notation'), anchors });

  it.each(['TimeStampToken', 'TimeStampTokenWithValidAndInvalidSignerInfos'])('%s verifies', async (name) => {
    const { genTime, accuracyMs, chain } = await verify(name);
    expect({ time: new Date(genTime).toISOString(), accuracyMs }).toEqual({ time: '2021-09-17T14:09:10.000Z', accuracyMs: 1000 });
    expect(chain.map(({ spec }) => spec)).toEqual(['rsa-3072', 'rsa-4096', 'rsa-4096', 'rsa-2048']);
  });

  it.each<[string, string, TimestampReason]>([
    ['SHA1TimeStampToken', 'ERR_ALGORITHM_UNSUPPORTED', 'imprint-hash'],
    ['TimeStampTokenWithInvalidTSTInfo', 'ERR_MALFORMED', 'gen-time'],
    ['TimeStampTokenWithTSTInfoVersion2', 'ERR_MALFORMED', 'tst-info-version'],
    ['TimeStampTokenWithInvalideContentType', 'ERR_MALFORMED', 'content-type'],
    ['TimeStampTokenWithInvalidCertificates', 'ERR_MALFORMED', 'certificate-malformed'],
    ['TimeStampTokenWithInvalidSignature', 'ERR_SIGNATURE_MISMATCH', 'signature-mismatch'],
    ['TimeStampTokenWithMismatchCertHash', 'ERR_NOT_TRUSTED', 'signing-certificate-mismatch'],
    ['TimeStampTokenWithSHA1CertHash', 'ERR_ALGORITHM_UNSUPPORTED', 'signing-certificate-hash'],
    ['TimeStampTokenWithInvalidSigningCertificateV2', 'ERR_MALFORMED', 'token-malformed'],
    ['TimeStampTokenWithSigningCertificateV2NoCert', 'ERR_MALFORMED', 'token-malformed'],
    ['TimeStampTokenWithWrongSigningCertificateV2IssuerChoiceTag', 'ERR_MALFORMED', 'token-malformed'],
    ['TimeStampTokenWithUnknownSignerIssuer', 'ERR_NOT_TRUSTED', 'signing-certificate-mismatch'],
    ['TimeStampTokenWithoutCertificate', 'ERR_NOT_TRUSTED', 'signing-certificate-absent'],
    ['TimeStampTokenWithoutSigningCertificate', 'ERR_MALFORMED', 'signing-certificate-missing'],
    ['TimeStampTokenWithoutSignedAttributes', 'ERR_MALFORMED', 'signed-attributes-missing'],
    ['TimeStampTokenWithoutSigner', 'ERR_MALFORMED', 'signer-missing'],
    ['TimeStampTokenWithSignerVersion2', 'ERR_MALFORMED', 'signer-version'],
    ['TimeStampTokenWithSignedAttributeSHA1', 'ERR_ALGORITHM_UNSUPPORTED', 'signature-algorithm'],
    ['TimeStampTokenWithInvalidSigningTime', 'ERR_MALFORMED', 'token-malformed'],
    // The attribute was cut out of the signed ones: the certificate is found by its hash, and the signature is wrong.
    ['TimeStampTokenWithoutSigningCertificateV2IssuerSerial', 'ERR_SIGNATURE_MISMATCH', 'signature-mismatch'],
  ])('%s is refused', async (name, code, reason) => {
    expect(await reasonOf(verify(name))).toEqual({ code, reason });
  });

  it('TimeStampTokenWithSigningCertificateV1 names its certificate by SHA-1 only', async () => {
    // Over bytes that its project does not tell, so the step is taken alone.
    const token = parseTimestampToken(file('tspclient-go/TimeStampTokenWithSigningCertificateV1.p7s'));
    const [signer] = token.signers;
    expect(signer).toBeDefined();
    const step = async () => signer && signingCertificate(token, signer);
    expect(await reasonOf(step())).toEqual({ code: 'ERR_MALFORMED', reason: 'signing-certificate-missing' });
  });

  it('rejection is refused', async () => {
    const expected = { code: 'ERR_PROTOCOL', reason: 'request-rejected' };
    expect(await reasonOf(recorded('tspclient-go/rejection.tsr', 'root.der').timestamp(message, 'sha256'))).toMatchObject(
      expected,
    );
  });
});
