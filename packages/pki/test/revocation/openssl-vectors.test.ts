import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../testing/src/index.js';
import { createRevocationServer } from '../../../testing/src/revocation-server.js';
import { createRevocationChecker, parseCertificate, type RevocationCheckerOptions } from '../../src/index.js';
import { parseCrl } from '../../src/revocation/crl.js';
import { checkCrl } from '../../src/revocation/crl-check.js';
import { crlAnswer } from '../../src/revocation/crl-status.js';
import { summary } from './setup.js';

const vector = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, '../vectors/revocation', name)));
const certificate = (name: string) => parseCertificate(vector(`${name}.cer`));
const now = Date.UTC(2026, 10, 22);
const ca = certificate('ca');
const ocspUrl = 'http://ocsp.vector.example/';
const crlUrl = 'http://crl.vector.example/ca.crl';

/** What the answers in these files come to; a file that is not given is not there. */
async function asked(
  name: string,
  files: { ocsp?: string; crl?: string; delta?: string },
  { at = now, authenticSigningTime, ...options }: RevocationCheckerOptions & { at?: number; authenticSigningTime?: number } = {},
) {
  const clock = createTestClock(at);
  const server = createRevocationServer({ clock });
  if (files.ocsp) server.fault(ocspUrl, { body: vector(files.ocsp) });
  if (files.crl) server.fault(crlUrl, { body: vector(files.crl) });
  if (files.delta) server.fault('http://crl.vector.example/delta.crl', { body: vector(files.delta) });
  const checker = createRevocationChecker({ fetch: server.fetch, clock, ...options });
  const signed = authenticSigningTime === undefined ? {} : { authenticSigningTime };
  const report = await checker.check([certificate(name), ca], { purpose: 'code-signing', ...signed });
  return { ...summary(report), reason: report.certificates[0]?.reason };
}

describe('answers of openssl ocsp:', () => {
  it.each<[string, string, string, string | undefined]>([
    ['good', 'by-issuer', 'ok', undefined],
    ['good', 'by-key', 'ok', undefined],
    ['good', 'delegated', 'ok', undefined],
    ['revoked', 'revoked', 'revoked', undefined],
    ['revoked', 'delegated-revoked', 'revoked', undefined],
    ['compromised', 'compromised', 'revoked', undefined],
    ['stranger', 'unknown', 'unknown', 'ocsp-unknown'],
    ['good', 'not-appointed', 'unknown', 'ocsp-responder-usage'],
    ['good', 'without-next-update', 'unknown', 'next-update-missing'],
    ['good', 'revoked', 'unknown', 'ocsp-other-certificate'],
  ])('about %s, %s.ocsp is %s', async (name, ocsp, status, rule) => {
    const result = await asked(name, { ocsp: `${ocsp}.ocsp` });
    expect([result.status, result.rules?.[0]]).toEqual([status, rule]);
  });

  it('hold for thirty days', async () => {
    const files = { ocsp: 'by-issuer.ocsp' };
    expect(await asked('good', files, { at: Date.UTC(2026, 11, 21, 21) })).toMatchObject({ status: 'ok' });
    expect(await asked('good', files, { at: Date.UTC(2026, 11, 21, 22) })).toMatchObject({ rules: ['expired', 'http-status'] });
  });

  it('carry an invalidity date, which spares what was signed before it', async () => {
    const files = { ocsp: 'compromised.ocsp' };
    expect(await asked('compromised', files, { authenticSigningTime: Date.UTC(2026, 9, 31) })).toMatchObject({ status: 'ok' });
    expect(await asked('compromised', files, { authenticSigningTime: now })).toMatchObject({ status: 'revoked' });
  });

  it('of whom nobody appointed count as for the Notation programs with the option for that', async () => {
    expect(await asked('good', { ocsp: 'not-appointed.ocsp' }, { ocspDelegate: 'any-issued' })).toMatchObject({ status: 'ok' });
  });
});

describe('CRLs of openssl ca:', () => {
  it.each<[string, string, string, string | undefined]>([
    ['good', 'full', 'ok', undefined],
    ['revoked', 'full', 'revoked', 'superseded'],
    ['compromised', 'full', 'revoked', 'keyCompromise'],
    ['held', 'full', 'revoked', 'certificateHold'],
    ['good', 'partition', 'ok', undefined],
    ['revoked', 'partition', 'revoked', 'superseded'],
    ['good', 'cas', 'unknown', undefined],
    ['good', 'delta', 'unknown', undefined],
    ['good', 'base', 'unknown', undefined],
  ])('%s by %s.crl alone is %s', async (name, crl, status, reason) => {
    expect(await asked(name, { crl: `${crl}.crl` })).toMatchObject({ status, reason, method: 'ocsp-fallback-crl' });
  });

  it.each<[string, string, string | undefined]>([
    ['good', 'revoked', 'keyCompromise'],
    ['revoked', 'revoked', 'superseded'],
    ['held', 'ok', undefined],
    ['stranger', 'ok', undefined],
  ])('%s by base and delta is %s', async (name, status, reason) => {
    expect(await asked(name, { crl: 'base.crl', delta: 'delta.crl' })).toMatchObject({ status, reason });
  });

  it('with an invalidity date spare what was signed before it', async () => {
    const before = Date.UTC(2026, 9, 31);
    expect(await asked('compromised', { crl: 'full.crl' }, { authenticSigningTime: before })).toMatchObject({ status: 'ok' });
    expect(await asked('compromised', { crl: 'full.crl' }, { authenticSigningTime: now })).toMatchObject({ status: 'revoked' });
  });

  it('do not let revoked become ok by any flipped bit, nor throw anything but a SignError', () => {
    const revoked = certificate('revoked');
    const judge = (der: Uint8Array) => {
      const base = parseCrl(der);
      checkCrl(base, ca, now);
      return crlAnswer({ base }, revoked, revoked.crlUrls).status;
    };
    const good = vector('full.crl');
    expect(judge(good)).toBe('revoked');
    for (let bit = 0; bit < good.byteLength * 8; bit += process.env.SLOW ? 1 : 13) {
      const mutant = Uint8Array.from(good);
      mutant[bit >> 3] = (mutant[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        judge(mutant);
        expect.unreachable(`bit ${bit} changes nothing`);
      } catch (error) {
        if (!SignError.is(error)) throw error;
      }
    }
  });
});
