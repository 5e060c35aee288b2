import { createOutboundFetch } from '@securosys/transport';
import { describe, expect, it } from 'vitest';
import { type Certificate, createRevocationChecker, parseCertificate, type RevocationCheckerOptions } from '../../src/index.js';
import { basicConstraints, commonName, craft, keyUsage } from '../craft.js';
import { testKey } from '../issue.js';
import { aia, bench, ca, caName, caUsage, crlUrl, leafSerial, leafWith, ocspUrl, points, root, summary } from './setup.js';

const leaf = leafWith([aia(ocspUrl), points([crlUrl])]);

describe('createRevocationChecker', () => {
  it.each<[string, object]>([
    ['an unknown option', { ocspTimeout: 1 }],
    ['a timeout of 0', { ocspTimeoutMs: 0 }],
    ['a CRL limit over 32 MiB', { maxCrlBytes: 32 * 1024 * 1024 + 1 }],
    ['another delegate', { ocspDelegate: 'all' }],
    ['another rule for points', { crlPoints: 'any' }],
    ['another scheme', { schemes: ['ldap:'] }],
    ['a private address by something that is no boolean', { allowPrivate: 1 }],
    ['a host with a path', { allowHosts: ['a/b'] }],
    ['no concurrency', { maxConcurrency: 0 }],
  ])('refuses %s', (_, options) => {
    expect(() => createRevocationChecker(options as RevocationCheckerOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each<[string, readonly Certificate[], object]>([
    ['an empty chain', [], {}],
    ['a chain in the wrong order', [root.certificate, leaf], {}],
    ['a chain without its root', [leaf], {}],
    ['a chain of strangers', [leaf, ca({ key: testKey('ec-p256', 'stranger') }).certificate], {}],
    ['an unknown option', [leaf, root.certificate], { signingTime: 1 }],
    ['no purpose', [leaf, root.certificate], { purpose: undefined }],
    ['a signing time of a timestamping chain', [leaf, root.certificate], { purpose: 'timestamping', authenticSigningTime: 1 }],
    ['a signing time that is no number', [leaf, root.certificate], { authenticSigningTime: Number.NaN }],
  ])('check refuses %s, and asks nobody', async (_, chain, options) => {
    const { server, clock } = bench();
    const checker = createRevocationChecker({ fetch: server.fetch, clock });
    await expect(checker.check(chain, { purpose: 'code-signing', ...options })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a chain', () => {
  const middleKey = testKey('ec-p256', 'middle');
  const name = commonName('Middle CA');
  const middle = parseCertificate(
    craft({
      key: middleKey,
      signer: { privateKey: root.privateKey, spki: root.certificate.spki },
      issuer: caName,
      subject: name,
      extensions: [basicConstraints(true), caUsage, points([crlUrl])],
    }),
  );
  const under = (extensions = [points(['http://middle.example/ca.crl'])]) =>
    leafWith(extensions, { issuer: name, signer: middleKey });
  const setUp = () => {
    const made = bench();
    const authority = made.server.addAuthority({
      issuer: { certificate: middle, privateKey: middleKey.privateKey },
      crlUrl: 'http://middle.example/ca.crl',
    });
    const checker = createRevocationChecker({ fetch: made.server.fetch, clock: made.clock });
    const check = async (first = under()) => {
      const { status, certificates } = await checker.check([first, middle, root.certificate], { purpose: 'timestamping' });
      return [status, ...certificates.map((one) => one.status)];
    };
    return { ...made, issued: authority, check };
  };

  it('is ok when every certificate is, the root aside, about which nobody is asked', async () => {
    expect(await setUp().check()).toEqual(['ok', 'ok', 'ok', 'non-revokable']);
  });

  it('is revoked when an intermediate is, whatever else is unknown', async () => {
    const { authority, server, check } = setUp();
    authority.revoke(middle.serial);
    server.fault('http://middle.example/ca.crl', { status: 500, body: new Uint8Array(1) });
    expect(await check()).toEqual(['revoked', 'unknown', 'revoked', 'non-revokable']);
  });

  it('is unknown when one certificate is and none is revoked', async () => {
    const { server, check } = setUp();
    server.fault('http://middle.example/ca.crl', { status: 500, body: new Uint8Array(1) });
    expect(await check()).toEqual(['unknown', 'unknown', 'ok', 'non-revokable']);
  });

  it('has certificates that name nobody to ask, which are not revokable and worth a warning', async () => {
    expect(await setUp().check(under([]))).toEqual(['ok', 'non-revokable', 'ok', 'non-revokable']);
    const { check } = bench();
    const warnings: string[] = [];
    const log = (message: string) => void warnings.push(message);
    await check(leafWith([]), { logger: { debug: log, info: log, warn: log, error: log } });
    expect(warnings).toEqual(['a certificate names nobody to ask about it']);
  });

  it('of one self-signed certificate is ok and asks nobody', async () => {
    const { server, clock } = bench();
    const own = craft({ extensions: [keyUsage(['digitalSignature']), aia(ocspUrl)] });
    const checker = createRevocationChecker({ fetch: server.fetch, clock });
    const report = await checker.check([parseCertificate(own)], { purpose: 'code-signing' });
    expect(report).toMatchObject({ status: 'ok', certificates: [{ status: 'non-revokable' }] });
    expect(server.requests).toEqual([]);
  });
});

describe('nothing is sent (S26, §20.4 row 34) to', () => {
  it.each([
    'https://ocsp.example/',
    'ldap://ocsp.example/',
    'http://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:10.0.0.1]/',
    'http://2130706433/',
    'http://localhost:8080/',
    'http://intranet/',
    'http://metadata.google.internal/',
    'http://user:secret@ocsp.example/',
    'http://ocsp.example/#x',
    'no-url',
  ])('%s', async (url) => {
    const { check, server } = bench();
    const refused = { status: 'unknown', rules: ['url-refused'] };
    expect(summary(await check(leafWith([aia(url)])))).toMatchObject(refused);
    expect(summary(await check(leafWith([points([url])])))).toMatchObject(refused);
    expect(server.requests).toEqual([]);
  });

  it('a private host unless it is named, or all are', async () => {
    const url = 'http://10.0.0.7:8080/q';
    for (const options of [{ allowHosts: ['10.0.0.7:8080'] }, { allowPrivate: true }]) {
      const { check, server } = bench();
      server.addAuthority({ issuer: root, ocspUrl: url });
      expect(summary(await check(leafWith([aia(url)]), options)).status).toBe('ok');
    }
  });

  it('a host whose name leads inside once it is looked up: the guard of the connection refuses', async () => {
    const fetch = createOutboundFetch({ schemes: ['http:'], resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const report = await createRevocationChecker({ fetch }).check([leaf, root.certificate], { purpose: 'code-signing' });
    expect(summary(report)).toMatchObject({ status: 'unknown', rules: ['ERR_ORIGIN_REFUSED', 'ERR_ORIGIN_REFUSED'] });
    await fetch.close();
  });
});

describe('time', () => {
  it('that a caller gives is a status when it is over, for what was asked and what was not', async () => {
    const { check, server } = bench();
    server.fault(ocspUrl, { hang: true });
    const report = await check(leaf, {}, { timeoutMs: 20 });
    expect(summary(report)).toEqual({ status: 'unknown', method: 'ocsp-fallback-crl', rules: ['ERR_TIMEOUT', 'ERR_TIMEOUT'] });
    expect(server.requests).toHaveLength(1);
  });

  it('is given up with the caller’s own reason', async () => {
    const { check, server } = bench();
    server.fault(ocspUrl, { hang: true });
    const reason = new Error('enough');
    const controller = new AbortController();
    const running = check(leaf, {}, { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
    await expect(check(leaf, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('OCSP answers in memory', () => {
  it('are used until their next update, when that is asked for', async () => {
    const { server, clock, authority } = bench();
    const checker = createRevocationChecker({ fetch: server.fetch, clock, ocspCacheEntries: 1 });
    const check = async () => summary(await checker.check([leaf, root.certificate], { purpose: 'code-signing' })).status;
    expect([await check(), await check(), server.requests.length]).toEqual(['ok', 'ok', 1]);
    authority.revoke(leafSerial);
    expect(await check()).toBe('ok');
    clock.advance(3_600_001);
    expect([await check(), server.requests.length]).toEqual(['revoked', 2]);
  });

  it('are not kept otherwise', async () => {
    const { server, clock } = bench();
    const checker = createRevocationChecker({ fetch: server.fetch, clock });
    for (let i = 0; i < 2; i++) await checker.check([leaf, root.certificate], { purpose: 'code-signing' });
    expect(server.requests).toHaveLength(2);
  });
});
