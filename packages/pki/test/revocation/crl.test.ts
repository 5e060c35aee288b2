import { derWrap, hexBytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { TestCrl, TestRevocation } from '../../../testing/src/revocation/crl.js';
import { integer, octets, seq } from '../../../testing/src/revocation/der.js';
import { basicConstraints, keyUsage } from '../craft.js';
import {
  aia,
  bench,
  ca,
  caName,
  crlUrl,
  deltaUrl,
  freshest,
  hour,
  impostor,
  leafSerial,
  leafWith,
  now,
  ocspUrl,
  points,
  root,
  scope,
  scopeUrl,
  summary,
} from './setup.js';

const leaf = leafWith([points([crlUrl])]);
const critical = { oid: '1.2.3', critical: true, value: hexBytes('0500') };
const yes = (tag: number) => derWrap(tag, Uint8Array.of(0xff));
const listed: TestRevocation = { serial: leafSerial, at: now - 5 * hour };
type Change = (crl: TestCrl) => Partial<TestCrl>;

describe('CRL (RFC 5280 §5, notation.md §10.2):', () => {
  it('a certificate that is not listed is ok, one that is is revoked with time and reason', async () => {
    const { check, authority } = bench();
    authority.revoke('0a02');
    authority.revoke('0a');
    expect(summary(await check(leaf))).toEqual({ status: 'ok', method: 'crl', rules: [undefined] });
    authority.revoke(leafSerial, { at: now - 5 * hour, reason: 'superseded' });
    const [first] = (await check(leaf)).certificates;
    expect(first).toMatchObject({ status: 'revoked', revokedAt: now - 5 * hour, reason: 'superseded' });
  });

  it('a serial number with its highest bit set is found', async () => {
    const { check, authority } = bench();
    authority.revoke('ff01');
    const high = leafWith([points([crlUrl])], { serial: derWrap(0x02, Uint8Array.of(0, 0xff, 1)) });
    expect(summary(await check(high))).toMatchObject({ status: 'revoked' });
  });

  it.each<[string, string, Change]>([
    ['of another key', 'signature', () => ({ signer: impostor })],
    ['of another issuer', 'crl-issuer', () => ({ issuer: leaf.subjectDer })],
    ['signed by a broken hash', 'algorithm', () => ({ identifier: hexBytes('300906072a8648ce3d0401') })],
    ['of version 1', 'malformed', () => ({ version: integer('00') })],
    ['without a version', 'malformed', () => ({ version: new Uint8Array() })],
    ['past its next update', 'expired', () => ({ thisUpdate: now - 2 * hour, nextUpdate: now - 1000 })],
    ['of the future', 'not-yet-valid', () => ({ thisUpdate: now + hour, nextUpdate: now + 2 * hour })],
    ['whose next update comes first', 'malformed', () => ({ thisUpdate: now, nextUpdate: now - 2000 })],
    ['with a critical extension nobody knows', 'critical-extension', () => ({ extensions: [critical] })],
    [
      'with a critical entry extension, of another entry',
      'critical-extension',
      () => ({ entries: [{ ...listed, serial: '77', extensions: [critical] }] }),
    ],
    [
      'with entries of other issuers',
      'crl-indirect',
      () => ({ entries: [{ ...listed, serial: '77', extensions: [{ oid: '2.5.29.29', critical: true, value: seq() }] }] }),
    ],
    ['that is indirect', 'crl-indirect', () => ({ extensions: [scope(yes(0x84))] })],
    ['about CAs only', 'crl-scope', () => ({ extensions: [scope(yes(0x82))] })],
    ['about attribute certificates only', 'crl-scope', () => ({ extensions: [scope(yes(0x85))] })],
    ['about some reasons only', 'crl-scope', () => ({ extensions: [scope(derWrap(0x83, hexBytes('0640')))] })],
    ['of a distribution point of others', 'crl-scope', () => ({ extensions: [scope(scopeUrl('http://crl.example/other.crl'))] })],
    [
      'of a distribution point without a URL',
      'crl-scope',
      () => ({ extensions: [scope(derWrap(0xa0, derWrap(0xa1, hexBytes('3000'))))] }),
    ],
    ['with a scope that is no DER', 'malformed', () => ({ extensions: [scope(derWrap(0x84, Uint8Array.of(1)))] })],
    ['that is a delta', 'crl-is-delta', () => ({ deltaOf: 1 })],
    ['with one extension twice', 'malformed', () => ({ extensions: [scope(), scope()] })],
    [
      'with a reason that does not exist',
      'malformed',
      () => ({ entries: [{ ...listed, extensions: [{ oid: '2.5.29.21', value: hexBytes('0a0107') }] }] }),
    ],
    [
      'that removes the certificate though it is no delta',
      'crl-removed-from-base',
      () => ({ entries: [{ ...listed, reason: 'removeFromCRL' }] }),
    ],
  ])('a CRL %s counts for nothing', async (_, rule, crl) => {
    const { check, server } = bench();
    server.fault(crlUrl, { crl });
    expect(summary(await check(leaf))).toEqual({ status: 'unknown', method: 'crl', rules: [rule] });
  });

  it('a CRL without a next update counts for nothing', async () => {
    const { check, server } = bench();
    server.fault(crlUrl, { crl: (crl) => Object.assign(crl, { nextUpdate: undefined }) });
    expect(summary(await check(leaf))).toMatchObject({ status: 'unknown', rules: ['next-update-missing'] });
  });

  it.each<[string, Change]>([
    ['about users only', () => ({ extensions: [scope(yes(0x81))] })],
    ['of its distribution point', () => ({ extensions: [scope(scopeUrl(crlUrl))] })],
    ['with an extension nobody knows that is not critical', () => ({ extensions: [{ ...critical, critical: false }] })],
  ])('a CRL %s counts', async (_, crl) => {
    const { check, server } = bench();
    server.fault(crlUrl, { crl });
    expect(summary(await check(leaf)).status).toBe('ok');
  });

  it('a CRL about some reasons only counts when it lists the certificate', async () => {
    const { check, server } = bench();
    server.fault(crlUrl, { crl: () => ({ extensions: [scope(derWrap(0x83, hexBytes('0640')))], entries: [listed] }) });
    expect(summary(await check(leaf)).status).toBe('revoked');
  });

  it('an issuer whose key usage lacks cRLSign cannot sign one', async () => {
    const { check } = bench();
    const limited = ca({ extensions: [basicConstraints(true), keyUsage(['keyCertSign'])] });
    const report = await check(leaf);
    expect(summary(report).status).toBe('ok');
    const { createRevocationChecker } = await import('../../src/index.js');
    const { server, clock } = bench();
    const checker = createRevocationChecker({ fetch: server.fetch, clock });
    const refused = await checker.check([leaf, limited.certificate], { purpose: 'code-signing' });
    expect(summary(refused)).toMatchObject({ status: 'unknown', rules: ['crl-issuer-usage'] });
  });

  it.each<[string, Parameters<ReturnType<typeof bench>['server']['fault']>[1], string]>([
    ['status 404', { status: 404, body: new Uint8Array(1) }, 'http-status'],
    ['a redirect', { status: 301, headers: { location: 'http://127.0.0.1/' }, body: new Uint8Array(1) }, 'http-status'],
    ['PEM', { body: new TextEncoder().encode('-----BEGIN X509 CRL-----\n') }, 'malformed'],
    ['more than fits', { body: new Uint8Array(4_097) }, 'ERR_LIMIT'],
    ['nothing in time', { hang: true }, 'ERR_TIMEOUT'],
  ])('a server that sends %s gives no answer', async (_, fault, rule) => {
    const { check, server } = bench();
    server.fault(crlUrl, fault);
    expect(summary(await check(leaf, { crlTimeoutMs: 20, maxCrlBytes: 4_096 }))).toMatchObject({
      status: 'unknown',
      rules: [rule],
    });
  });
});

describe('several distribution points (§20.4 row 29)', () => {
  const two = leafWith([points(['http://down.example/a.crl', crlUrl])]);
  const rules = ['http-status', undefined];

  it('must all answer: one that fails makes the status unknown, wherever it stands', async () => {
    expect(summary(await bench().check(two))).toEqual({ status: 'unknown', method: 'crl', rules });
    const last = leafWith([points([crlUrl, 'http://down.example/a.crl'])]);
    expect(summary(await bench().check(last))).toMatchObject({ status: 'unknown', rules: [undefined, 'http-status'] });
  });

  it('make the certificate revoked if any of them says so', async () => {
    const { check, authority } = bench();
    authority.revoke(leafSerial);
    expect(summary(await check(two))).toEqual({ status: 'revoked', method: 'crl', rules });
  });

  it('decide one for all with the option for what the specification says', async () => {
    const { check, server } = bench();
    expect(summary(await check(two, { crlPoints: 'first' }))).toEqual({ status: 'ok', method: 'crl', rules });
    const twice = leafWith([points([crlUrl, 'http://down.example/a.crl'])]);
    const before = server.requests.length;
    expect(summary(await check(twice, { crlPoints: 'first' }))).toMatchObject({ status: 'ok' });
    expect(server.requests).toHaveLength(before + 1);
  });

  it('are looked at up to a limit, beyond which the status is unknown', async () => {
    const many = leafWith([points(Array.from({ length: 9 }, (_, i) => `http://crl${i}.example/`))]);
    const { check, server } = bench();
    expect(summary(await check(many)).status).toBe('unknown');
    expect(server.requests).toHaveLength(8);
  });
});

describe('OCSP first, then CRL (§10):', () => {
  const both = leafWith([aia(ocspUrl), points([crlUrl])]);

  it('a good OCSP answer is final', async () => {
    const { check, server } = bench();
    server.fault(crlUrl, { crl: () => ({ entries: [listed] }) });
    expect(summary(await check(both))).toEqual({ status: 'ok', method: 'ocsp', rules: [undefined] });
  });

  it('the CRL stands for an OCSP answer that is unknown, missing or wrong', async () => {
    const { check, server, authority } = bench();
    authority.forget(leafSerial);
    expect(summary(await check(both))).toEqual({ status: 'ok', method: 'ocsp-fallback-crl', rules: ['ocsp-unknown', undefined] });
    authority.revoke(leafSerial);
    server.fault(ocspUrl, { status: 500, body: new Uint8Array(1) });
    expect(summary(await check(both))).toMatchObject({ status: 'revoked', method: 'ocsp-fallback-crl' });
    server.fault(crlUrl, { status: 500, body: new Uint8Array(1) });
    expect(summary(await check(both))).toMatchObject({ status: 'unknown', rules: ['http-status', 'http-status'] });
  });
});

describe('an invalidity date in a CRL (§20.4 row 33)', () => {
  const invalidAt = now - 10 * hour;
  it.each([
    ['before it', invalidAt - 1, 'ok'],
    ['at it', invalidAt, 'revoked'],
  ])('decides about a signature that an authority vouches for as made %s: %d is %s', async (_, authenticSigningTime, status) => {
    const { check, authority } = bench();
    authority.revoke(leafSerial, { invalidAt });
    expect(summary(await check(leaf, {}, { authenticSigningTime })).status).toBe(status);
    expect(summary(await check(leaf)).status).toBe('revoked');
  });

  it('spares nothing when there is none, also not what was signed before the revocation', async () => {
    const { check, authority } = bench();
    authority.revoke(leafSerial, { at: now - hour });
    expect(summary(await check(leaf, {}, { authenticSigningTime: now - 9 * hour })).status).toBe('revoked');
  });

  it('of one entry does not stop the next from counting', async () => {
    const { check, server } = bench();
    server.fault(crlUrl, {
      crl: () => ({
        entries: [
          { ...listed, invalidAt },
          { ...listed, reason: 'keyCompromise' },
        ],
      }),
    });
    expect(summary(await check(leaf, {}, { authenticSigningTime: invalidAt - 1 })).status).toBe('revoked');
  });
});

describe('delta CRLs (RFC 5280 §5.2.4, §20.4 row 32)', () => {
  const named = { oid: '2.5.29.46', value: points([deltaUrl]).value };
  const base =
    (entries: readonly TestRevocation[] = []): Change =>
    () => ({ number: 5, entries, extensions: [named] });
  const delta =
    (entries: readonly TestRevocation[] = [], change: Partial<TestCrl> = {}): Change =>
    () => ({
      number: 6,
      deltaOf: 5,
      entries,
      ...change,
    });
  const hold: TestRevocation = { ...listed, reason: 'certificateHold' };
  const removal: TestRevocation = { ...listed, at: hold.at + 1000, reason: 'removeFromCRL' };

  function both(first: Change, second: Change, certificate = leaf) {
    const { check, server } = bench();
    server.addAuthority({ issuer: root, crlUrl: deltaUrl });
    server.fault(crlUrl, { crl: first });
    server.fault(deltaUrl, { crl: second });
    return check(certificate).then(summary);
  }

  it.each<[string, readonly TestRevocation[], readonly TestRevocation[], string]>([
    ['nothing', [], [], 'ok'],
    ['revoked in the delta', [], [listed], 'revoked'],
    ['revoked in the base', [listed], [], 'revoked'],
    ['on hold', [hold], [], 'revoked'],
    ['on hold since the base', [], [hold], 'revoked'],
    ['taken from hold', [hold], [removal], 'ok'],
    ['taken from hold before it was put there', [hold], [{ ...removal, at: hold.at - 1000 }], 'revoked'],
    ['taken from hold at the same time', [hold], [{ ...removal, at: hold.at }], 'revoked'],
    ['put on hold again', [hold], [removal, { ...hold, at: removal.at + 1000 }], 'revoked'],
    ['removed though the key was compromised', [{ ...listed, reason: 'keyCompromise' }], [removal], 'revoked'],
    ['removed and never listed', [], [removal], 'ok'],
  ])('say: %s', async (_, first, second, status) => {
    expect((await both(base(first), delta(second))).status).toBe(status);
  });

  it.each<[string, Change]>([
    ['is no delta', () => ({ number: 6 })],
    ['has the number of the base', delta([], { number: 5 })],
    ['builds upon a later base', delta([], { number: 7, deltaOf: 6 })],
    ['is about others', delta([], { extensions: [scope(yes(0x81))] })],
    ['has expired', delta([], { thisUpdate: now - 2 * hour, nextUpdate: now - 1000 })],
    ['is of another key', delta([], { signer: impostor })],
  ])('that are named but not to be had make the status unknown: the one there %s', async (_, second) => {
    expect(await both(base(), second)).toMatchObject({ status: 'unknown', rules: ['delta-missing'] });
  });

  it('are asked for when only the certificate names them, which the Notation programs do not', async () => {
    const own = leafWith([points([crlUrl]), freshest(deltaUrl)]);
    const plain: Change = () => ({ number: 5 });
    expect(await both(plain, delta(), own)).toMatchObject({ status: 'ok' });
    expect(await both(plain, delta([listed]), own)).toMatchObject({ status: 'revoked' });
    expect(await both(plain, () => ({ number: 6 }), own)).toMatchObject({ status: 'unknown', rules: ['delta-missing'] });
  });

  it('without a base are nothing to go by', async () => {
    const only = leafWith([freshest(deltaUrl)]);
    expect(await both(base(), delta(), only)).toEqual({ status: 'unknown', method: 'none', rules: [] });
  });

  it('need numbers on both sides', async () => {
    expect(await both(() => Object.assign({}, { number: undefined, extensions: [named] }), delta())).toMatchObject({
      rules: ['delta-missing'],
    });
  });
});

it('extensions of entries may be large, and are walked over without reading them', async () => {
  const { check, server } = bench();
  const large = { oid: '1.2.3', value: octets(new Uint8Array(300)) };
  server.fault(crlUrl, { crl: () => ({ entries: [{ ...listed, serial: '77', extensions: [large] }, listed], issuer: caName }) });
  expect(summary(await check(leaf)).status).toBe('revoked');
});
