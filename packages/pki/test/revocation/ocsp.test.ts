import { derWrap, hexBytes, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { generalizedTime } from '../../../testing/src/revocation/der.js';
import { type TestOcspResponse, testOcspError, testOcspResponse } from '../../../testing/src/revocation/ocsp.js';
import { checkOcsp } from '../../src/revocation/ocsp-status.js';
import { extendedKeyUsage, keyUsage } from '../craft.js';
import { testKey } from '../issue.js';
import {
  aia,
  bench,
  caName,
  crlUrl,
  delegate,
  hour,
  impostor,
  leafSerial,
  leafWith,
  noCheck,
  now,
  ocspSigning,
  ocspUrl,
  points,
  root,
  summary,
  validFor,
} from './setup.js';

const leaf = leafWith([aia(ocspUrl)]);
/** Changes the one answer of a response. */
const answer = (change: Partial<TestOcspResponse['answers'][number]>) => (response: TestOcspResponse) => ({
  answers: response.answers.map((one) => ({ ...one, ...change })),
});
type Change = (response: TestOcspResponse) => Partial<TestOcspResponse>;

describe('OCSP (RFC 6960, notation.md §10.1):', () => {
  it('a good answer of the issuer is ok, asked with one GET', async () => {
    const { check, server } = bench();
    expect(summary(await check(leaf))).toEqual({ status: 'ok', method: 'ocsp', rules: [undefined] });
    expect(server.requests.map(({ method, url }) => [method, url.startsWith(`${ocspUrl}/`)])).toEqual([['GET', true]]);
  });

  it('a revoked certificate is revoked, with time and reason', async () => {
    const { check, authority } = bench();
    authority.revoke(leafSerial, { at: now - 5 * hour, reason: 'keyCompromise' });
    const report = await check(leaf);
    expect(report).toMatchObject({ status: 'revoked' });
    expect(report.certificates[0]).toMatchObject({ status: 'revoked', revokedAt: now - 5 * hour, reason: 'keyCompromise' });
    expect(report.certificates[1]).toMatchObject({ status: 'non-revokable', method: 'none', sources: [] });
  });

  it('a certificate that the responder does not know is unknown, and no other responder is asked', async () => {
    const { check, authority, server } = bench();
    authority.forget(leafSerial);
    const two = leafWith([aia(ocspUrl, 'http://other.example/')]);
    expect(summary(await check(two))).toEqual({ status: 'unknown', method: 'ocsp', rules: ['ocsp-unknown'] });
    expect(server.requests).toHaveLength(1);
  });

  it('the next responder is asked when one fails', async () => {
    const { check } = bench();
    const two = leafWith([aia('http://down.example/', ocspUrl)]);
    expect(summary(await check(two))).toEqual({ status: 'ok', method: 'ocsp', rules: ['http-status', undefined] });
  });

  it.each<[string, Change]>([
    ['signature', () => ({ signer: impostor })],
    ['algorithm', () => ({ identifier: hexBytes('300906072a8648ce3d0401') })],
    ['ocsp-other-certificate', answer({ serial: '0a02' })],
    ['ocsp-other-certificate', answer({ issuer: { ...root.certificate, subjectDer: leaf.subjectDer } })],
    ['ocsp-other-certificate', answer({ issuer: { ...root.certificate, spki: leaf.spki } })],
    ['malformed', ({ answers }) => ({ answers: [...answers, ...answers] })],
    ['expired', answer({ thisUpdate: now - 2 * hour, nextUpdate: now - 1000 })],
    ['not-yet-valid', answer({ thisUpdate: now + hour, nextUpdate: now + 2 * hour })],
    ['next-update-missing', ({ answers }) => ({ answers: answers.map(({ nextUpdate: _, ...one }) => one) })],
    ['malformed', answer({ thisUpdate: now + 60_000, nextUpdate: now + 1000 })],
    ['critical-extension', answer({ extensions: [{ oid: '1.2.3', critical: true, value: hexBytes('0500') }] })],
    [
      'critical-extension',
      answer({ extensions: [{ oid: '2.5.29.24', critical: true, value: generalizedTime(now) }], status: 'revoked' }),
    ],
    ['critical-extension', () => ({ extensions: [{ oid: '1.2.3', critical: true, value: hexBytes('0500') }] })],
    ['signature', () => ({ responder: leaf.subjectDer })],
  ])('an answer with the fault %s counts for nothing', async (rule, ocsp) => {
    const { check, server } = bench();
    server.fault(ocspUrl, { ocsp });
    expect(summary(await check(leaf))).toEqual({ status: 'unknown', method: 'ocsp', rules: [rule] });
  });

  it.each<[string, Parameters<ReturnType<typeof bench>['server']['fault']>[1], string]>([
    ['status 404', { status: 404, body: new Uint8Array(1) }, 'http-status'],
    ['status 500', { status: 500, body: new Uint8Array(1) }, 'http-status'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1/' }, body: new Uint8Array(1) }, 'http-status'],
    ['no DER', { body: hexBytes('3082') }, 'malformed'],
    ['bytes behind the end', { body: hexBytes('30030a01060000') }, 'malformed'],
    ['unauthorized', { body: testOcspError(6) }, 'ocsp-error'],
    ['tryLater', { body: testOcspError(3) }, 'ocsp-error'],
    ['a status that does not exist', { body: testOcspError(4) }, 'malformed'],
    ['over 20,480 bytes', { body: new Uint8Array(20_481) }, 'ERR_LIMIT'],
    ['nothing in time', { hang: true }, 'ERR_TIMEOUT'],
  ])('a responder that sends %s gives no answer', async (_, fault, rule) => {
    const { check, server } = bench();
    server.fault(ocspUrl, fault);
    expect(summary(await check(leaf, { ocspTimeoutMs: 20 }))).toEqual({ status: 'unknown', method: 'ocsp', rules: [rule] });
    expect(server.requests).toHaveLength(1);
  });

  it('the five answers that are errors come with their names', async () => {
    for (const [status, name] of Object.entries({ 1: 'malformedRequest', 2: 'internalError', 5: 'sigRequired' })) {
      const { check, server } = bench();
      server.fault(ocspUrl, { body: testOcspError(Number(status)) });
      const { sources } = (await check(leaf)).certificates[0] ?? {};
      expect(sources?.[0]?.error?.details).toEqual({ rule: 'ocsp-error', upstreamName: name });
    }
  });

  it('a clock that is a few minutes ahead is no reason to distrust, and an issuer named by SHA-256 or a responder by its key none either', async () => {
    const { check, server } = bench();
    const ahead = answer({ thisUpdate: now + 4 * 60_000, hash: 'sha256' });
    server.fault(ocspUrl, { ocsp: (response) => ({ ...ahead(response), byKey: true }) });
    expect(summary(await check(leaf))).toMatchObject({ status: 'ok' });
  });

  it('a long question travels by POST, as does one to a URL with a query', async () => {
    const { check, server } = bench();
    await check(leaf, { ocspNonce: true });
    const queried = leafWith([aia(`${ocspUrl}/x?y=z`)]);
    await check(leafWith([aia(ocspUrl)], { serial: derWrap(0x02, new Uint8Array(20).fill(0x7f)) }));
    await check(queried);
    // 32 bytes of nonce are still short enough, so is a long serial number.
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  it('a nonce, where one is sent, must come back', async () => {
    const { check, server } = bench();
    expect(summary(await check(leaf, { ocspNonce: true }))).toMatchObject({ status: 'ok' });
    server.fault(ocspUrl, { ocsp: () => ({ extensions: [] }) });
    expect(summary(await check(leaf, { ocspNonce: true }))).toMatchObject({ status: 'unknown', rules: ['ocsp-nonce'] });
    expect(summary(await check(leaf))).toMatchObject({ status: 'ok' });
  });
});

describe('a responder that is not the issuer (RFC 6960 §4.2.2.2)', () => {
  const eku = extendedKeyUsage([ocspSigning]);

  it('is believed with a certificate that the issuer gave it for that', async () => {
    expect(summary(await bench(delegate()).check(leaf))).toMatchObject({ status: 'ok' });
    const { check, authority } = bench(delegate([eku, noCheck, keyUsage(['digitalSignature'])]));
    authority.revoke(leafSerial);
    expect(summary(await check(leaf))).toMatchObject({ status: 'revoked' });
  });

  const strange = { issuer: caName, signer: { privateKey: impostor.privateKey, spki: impostor.certificate.spki } };
  it.each<[string, string, ReturnType<typeof delegate>]>([
    ['without the key purpose', 'ocsp-responder-usage', delegate([noCheck])],
    [
      'of a code signing certificate of the same CA',
      'ocsp-responder-usage',
      delegate([extendedKeyUsage(['1.3.6.1.5.5.7.3.3']), noCheck]),
    ],
    ['with a key usage that forbids it', 'ocsp-responder-usage', delegate([eku, noCheck, keyUsage(['keyAgreement'])])],
    [
      'that has expired',
      'ocsp-responder-validity',
      delegate([eku, noCheck], { validity: validFor('260101000000Z', '261121115959Z') }),
    ],
    [
      'that is not valid yet',
      'ocsp-responder-validity',
      delegate([eku, noCheck], { validity: validFor('261121120001Z', '271121115959Z') }),
    ],
    [
      'with a critical extension nobody knows',
      'critical-extension',
      delegate([eku, noCheck, { id: '1.2.3', critical: true, value: hexBytes('0500') }]),
    ],
    ['that another CA issued', 'ocsp-responder', delegate([eku, noCheck], strange)],
    ['whose source of revocation is a responder again', 'ocsp-responder-revocation', delegate([eku, aia(ocspUrl)])],
  ])('is not believed with a certificate %s', async (_, rule, responder) => {
    const { check } = bench(responder);
    expect(summary(await check(leaf))).toEqual({ status: 'unknown', method: 'ocsp', rules: [rule] });
  });

  it('may be any certificate that the issuer issued with the option for what the Notation programs do (§20.4 row 30)', async () => {
    const lax = { ocspDelegate: 'any-issued' } as const;
    const expired = delegate([], { validity: validFor('260101000000Z', '260201000000Z') });
    expect(summary(await bench(expired).check(leaf, lax))).toMatchObject({ status: 'ok' });
    expect(summary(await bench(delegate([eku], strange)).check(leaf, lax))).toMatchObject({ rules: ['ocsp-responder'] });
  });

  it('is asked about by CRL unless its certificate says that this is not needed (§20.4 row 31)', async () => {
    const named = delegate([eku, points([crlUrl])]);
    const good = bench(named);
    expect(summary(await good.check(leaf))).toMatchObject({ status: 'ok' });
    expect(good.server.requests.map(({ url }) => url)).toContain(crlUrl);
    const revoked = bench(named);
    revoked.authority.revoke(named.certificate.serial);
    expect(summary(await revoked.check(leaf))).toMatchObject({ status: 'unknown', rules: ['ocsp-responder-revocation'] });
    const silent = bench(named);
    silent.server.fault(crlUrl, { status: 404, body: new Uint8Array(1) });
    expect(summary(await silent.check(leaf))).toMatchObject({ status: 'unknown', rules: ['ocsp-responder-revocation'] });
    const spared = bench(delegate([eku, noCheck, points([crlUrl])]));
    expect(summary(await spared.check(leaf))).toMatchObject({ status: 'ok' });
    expect(spared.server.requests).toHaveLength(1);
  });

  it('is judged by its own certificate, not by another one of the bag, wherever that stands', async () => {
    const appointed = delegate();
    const key = testKey('ec-p256', 'plain');
    const plain = { ...delegate([], { key }), privateKey: key.privateKey };
    for (const bag of [
      [appointed, plain],
      [plain, appointed],
    ]) {
      const { check, server } = bench();
      server.fault(ocspUrl, { ocsp: () => ({ signer: plain, certificates: bag.map(({ certificate }) => certificate.der) }) });
      expect(summary(await check(leaf))).toMatchObject({ status: 'unknown', rules: ['ocsp-responder-usage'] });
    }
  });

  it('may come with certificates that nobody can read, and with an issuer of the same name and another key', async () => {
    const { check, server } = bench(delegate());
    const { der } = delegate().certificate;
    server.fault(ocspUrl, { ocsp: () => ({ certificates: [hexBytes('3000'), impostor.certificate.der, der] }) });
    expect(summary(await check(leaf))).toMatchObject({ status: 'ok' });
    server.fault(ocspUrl, { ocsp: () => ({ certificates: Array.from({ length: 9 }, () => der) }) });
    expect(summary(await check(leaf))).toMatchObject({ rules: ['malformed'] });
  });
});

describe('an invalidity date in OCSP (§20.4 row 33)', () => {
  const ocsp = answer({ status: 'revoked', extensions: [{ oid: '2.5.29.24', value: generalizedTime(now - 10 * hour) }] });
  it.each([
    ['before it', now - 11 * hour, 'ok'],
    ['at it', now - 10 * hour, 'revoked'],
    ['after it', now - 9 * hour, 'revoked'],
  ])(
    'spares a signature that an authority vouches for as made %s, or does not: %d is %s',
    async (_, authenticSigningTime, status) => {
      const { check, server } = bench();
      server.fault(ocspUrl, { ocsp });
      expect(summary(await check(leaf, {}, { authenticSigningTime })).status).toBe(status);
      expect(summary(await check(leaf)).status).toBe('revoked');
    },
  );
});

it('no bit of a sound answer can be flipped so that revoked becomes ok, or anything but a SignError is thrown', () => {
  const responder = delegate();
  const times = { thisUpdate: now - hour, nextUpdate: now + hour };
  const revoked = { issuer: root.certificate, serial: leafSerial, status: 'revoked', ...times } as const;
  const good = testOcspResponse({
    signer: responder,
    certificates: [responder.certificate.der],
    producedAt: now,
    answers: [revoked],
  });
  const judge = (der: Uint8Array) =>
    checkOcsp(der, { certificate: leaf, issuer: root.certificate, now, delegates: 'designated' }).answer.status;
  expect(judge(good)).toBe('revoked');
  for (let bit = 0; bit < good.byteLength * 8; bit += process.env.SLOW ? 1 : 23) {
    const mutant = Uint8Array.from(good);
    mutant[bit >> 3] = (mutant[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      // Bytes that no signature covers may change without a difference.
      expect(judge(mutant), `bit ${bit}`).toBe('revoked');
    } catch (error) {
      if (!SignError.is(error)) throw error;
    }
  }
});
