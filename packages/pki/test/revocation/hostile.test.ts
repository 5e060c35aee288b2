import { derWrap, hexBytes, type SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { seq } from '../../../testing/src/revocation/der.js';
import { createRevocationChecker } from '../../src/index.js';
import { parseCrl } from '../../src/revocation/crl.js';
import { findEntries } from '../../src/revocation/crl-entries.js';
import { checkFresh } from '../../src/revocation/freshness.js';
import { basicConstraints, commonName, extendedKeyUsage } from '../craft.js';
import { testKey } from '../issue.js';
import {
  aia,
  bench,
  caName,
  caUsage,
  crlUrl,
  delegate,
  hour,
  leafSerial,
  leafWith,
  noCheck,
  now,
  ocspSigning,
  ocspUrl,
  points,
  root,
  summary,
} from './setup.js';

const leaf = leafWith([points([crlUrl])]);

describe('a clock that gives no time', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('(%s) makes nothing fresh', async (time) => {
    const { server } = bench();
    const clock = { now: () => time, sleep: async () => undefined };
    const checker = createRevocationChecker({ fetch: server.fetch, clock });
    await expect(checker.check([leaf, root.certificate], { purpose: 'code-signing' })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(() => checkFresh('it', { thisUpdate: now, nextUpdate: now + hour }, Number.NaN)).toThrow();
  });
});

describe('nobody answers about itself:', () => {
  it.each(['designated', 'any-issued'] as const)('a revoked CA with the key purpose of responders (%s)', async (ocspDelegate) => {
    const key = testKey('ec-p256', 'revocation intermediate');
    const extensions = [basicConstraints(true), caUsage, extendedKeyUsage([ocspSigning]), noCheck, aia(ocspUrl)];
    const intermediate = leafWith([], { key, subject: commonName('Intermediate'), extensions });
    const { server, clock } = bench();
    server.addAuthority({ issuer: root, responder: { certificate: intermediate, privateKey: key.privateKey }, ocspUrl });
    const end = leafWith([], { signer: key, issuer: intermediate.subjectDer, subject: commonName('end') });
    const checker = createRevocationChecker({ fetch: server.fetch, clock, ocspDelegate });
    const { certificates } = await checker.check([end, intermediate, root.certificate], { purpose: 'code-signing' });
    expect(certificates[1]).toMatchObject({ status: 'unknown', sources: [{ error: { details: { rule: 'ocsp-responder' } } }] });
  });

  it('a second certificate for the same key changes nothing', async () => {
    const twin = delegate(undefined, { key: testKey('ec-p256', 'revocation leaf') });
    const { check } = bench({ ...twin, privateKey: testKey('ec-p256', 'revocation leaf').privateKey });
    expect(summary(await check(leafWith([aia(ocspUrl)])))).toMatchObject({ status: 'unknown', rules: ['ocsp-responder'] });
  });
});

describe('entries of a CRL', () => {
  const entry = (serial: string) =>
    seq(derWrap(0x02, hexBytes(serial)), derWrap(0x17, new TextEncoder().encode('260101000000Z')));

  it('are found however their issuer wrote the sign of a serial number', () => {
    expect(findEntries(entry('00ff01'), hexBytes('00ff01'))).toHaveLength(1);
    expect(findEntries(entry('ff01'), hexBytes('00ff01'))).toHaveLength(1);
    expect(findEntries(entry('000a01'), hexBytes('0a01'))).toHaveLength(1);
    expect(findEntries(entry('00'), hexBytes('00'))).toHaveLength(1);
    expect(findEntries(entry('0a0100'), hexBytes('0a01'))).toHaveLength(0);
    expect(findEntries(entry('010a01'), hexBytes('0a01'))).toHaveLength(0);
    expect(() => findEntries(entry(''), hexBytes('00'))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('that repeat one serial number without end are refused', () => {
    const removed = entry(leafSerial);
    const many = new Uint8Array(removed.byteLength * 65).map((_, i) => removed[i % removed.byteLength] as number);
    expect(findEntries(many.subarray(removed.byteLength), hexBytes(leafSerial))).toHaveLength(64);
    expect(() => findEntries(many, hexBytes(leafSerial))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });
});

describe('a CRL whose extensions are as long as a CRL may be', () => {
  it('costs nothing before its signature is looked at', () => {
    const names = derWrap(0xa0, derWrap(0xa0, new Uint8Array(Buffer.alloc(9_000_000, Uint8Array.of(0x86, 0x01, 0x61)))));
    const extension = seq(hexBytes('0603551d2e'), derWrap(0x04, seq(seq(names))));
    const algorithm = hexBytes('300a06082a8648ce3d040302');
    const utc = derWrap(0x17, new TextEncoder().encode('260101000000Z'));
    const tbs = seq(hexBytes('020101'), algorithm, caName, utc, utc, derWrap(0xa0, seq(extension)));
    const der = seq(tbs, algorithm, hexBytes('03020000'));
    const started = performance.now();
    expect(() => parseCrl(der)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    // Reading what they list took ten seconds.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('arguments that are none are ERR_INVALID_ARGUMENT:', () => {
  const { server, clock } = bench();
  const checker = createRevocationChecker({ fetch: server.fetch, clock });
  it.each<[string, unknown, unknown]>([
    ['no options', [leaf, root.certificate], undefined],
    ['objects that are no certificates', [{}, {}], { purpose: 'code-signing' }],
    ['holes', [leaf, undefined], { purpose: 'code-signing' }],
    ['bytes', [leaf.der, root.certificate.der], { purpose: 'code-signing' }],
  ])('%s', async (_, chain, options) => {
    const error: SignError = await checker.check(chain as never, options as never).then(
      () => expect.fail('nothing was refused'),
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
