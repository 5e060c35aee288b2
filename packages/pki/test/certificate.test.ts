import { X509Certificate } from 'node:crypto';
import { concatBytes, derWrap, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMULATED_POLICY_OID, isEmulated, parseCertificate } from '../src/index.js';
import {
  ascii,
  basicConstraints,
  type Craft,
  commonName,
  craft,
  extendedKeyUsage,
  hex,
  keyUsage,
  oid,
  rdn,
  seq,
} from './craft.js';
import { issue, notarySpecs, testKey } from './issue.js';

const parse = (options: Craft = {}) => parseCertificate(craft(options));
const malformed = (options: Craft) => expect(() => parse(options)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
const subjectOf = (...rdns: Uint8Array[]) => parse({ subject: seq(...rdns) });
const times = (from: Uint8Array, to: Uint8Array) => seq(from, to);
const utc = (text: string) => derWrap(0x17, ascii(text));
const generalized = (text: string) => derWrap(0x18, ascii(text));

describe('reading', () => {
  test.each([...notarySpecs, 'ed25519'] as const)('a %s certificate reads as OpenSSL reads it', async (spec) => {
    const certificate = await issue(testKey(spec), { profile: 'ca', pathLen: 3, serial: '7f01' });
    const peer = new X509Certificate(certificate.der);
    expect(certificate.spec).toBe(spec);
    expect(certificate.publicKey.equals(peer.publicKey)).toBe(true);
    expect(certificate.thumbprint).toBe(peer.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(certificate.serial).toBe(peer.serialNumber.toLowerCase());
    expect(certificate.notBefore).toBe(Date.parse(peer.validFrom));
    expect(certificate.notAfter).toBe(Date.parse(peer.validTo));
    expect(certificate.subjectText.split(',').reverse().join('\n')).toBe(peer.subject);
    expect(peer.ca).toBe(true);
    expect(certificate.basicConstraints).toEqual({ critical: true, ca: true, pathLen: 3 });
    expect(certificate.keyUsage?.bits).toEqual(new Set(['keyCertSign', 'cRLSign']));
  });

  test('what it returns does not change with the caller’s bytes', () => {
    const bytes = craft();
    const certificate = parseCertificate(bytes);
    const { thumbprint } = certificate;
    bytes.fill(0);
    expect(certificate.der[0]).toBe(0x30);
    expect(parseCertificate(certificate.der).thumbprint).toBe(thumbprint);
  });

  test('revocation sources are found', () => {
    const uri = (text: string) => derWrap(0x86, ascii(text));
    const aia = {
      id: '1.3.6.1.5.5.7.1.1',
      value: seq(
        seq(oid('1.3.6.1.5.5.7.48.1'), uri('http://ocsp.example/')),
        seq(oid('1.3.6.1.5.5.7.48.2'), uri('http://ca.example/')),
      ),
    };
    const cdp = { id: '2.5.29.31', value: seq(seq(derWrap(0xa0, derWrap(0xa0, uri('http://crl.example/a.crl'))))) };
    const both = parse({ extensions: [aia, cdp] });
    expect(both.ocspUrls).toEqual(['http://ocsp.example/']);
    expect(both.crlUrls).toEqual(['http://crl.example/a.crl']);
    expect(both.hasRevocationInfo).toBe(true);
    expect(parse().hasRevocationInfo).toBe(false);
    const issuersOnly = { id: aia.id, value: seq(seq(oid('1.3.6.1.5.5.7.48.2'), uri('http://ca.example/'))) };
    expect(parse({ extensions: [issuersOnly] }).hasRevocationInfo).toBe(false);
    const nameless = { id: cdp.id, value: seq(seq(derWrap(0xa2, derWrap(0xa4, commonName('crl'))))) };
    expect(parse({ extensions: [nameless] })).toMatchObject({ hasRevocationInfo: true, crlUrls: [] });
  });
});

describe('strictness', () => {
  test.each([
    ['version 2', { version: hex('a003020101') }],
    ['version 4', { version: hex('a003020103') }],
    ['version 1 written out', { version: hex('a003020100') }],
    ['extensions in version 1', { version: hex(''), extensions: [keyUsage(['digitalSignature'])] }],
    ['a negative serial', { serial: hex('0201ff') }],
    ['a serial that is not minimal', { serial: hex('02020001') }],
    ['a serial without octets', { serial: hex('0200') }],
    ['a serial over 20 octets', { serial: derWrap(0x02, new Uint8Array(21).fill(1)) }],
    ['an outer algorithm that differs', { outerIdentifier: hex('300a06082a8648ce3d040303') }],
    ['an extension twice', { extensions: [keyUsage(['digitalSignature']), keyUsage(['digitalSignature'])] }],
    ['key usage with trailing zero bits', { extensions: [{ id: '2.5.29.15', value: hex('03020080') }] }],
    ['key usage with unused bits set', { extensions: [{ id: '2.5.29.15', value: hex('030207c1') }] }],
    ['key usage of three octets', { extensions: [{ id: '2.5.29.15', value: hex('030400800001') }] }],
    ['bytes behind key usage', { extensions: [{ id: '2.5.29.15', value: hex('030207800500') }] }],
    ['CA FALSE written out', { extensions: [{ id: '2.5.29.19', value: hex('3003010100') }] }],
    ['CA TRUE as 01', { extensions: [{ id: '2.5.29.19', value: hex('3003010101') }] }],
    ['a path length without CA', { extensions: [{ id: '2.5.29.19', value: hex('3003020100') }] }],
    ['a negative path length', { extensions: [{ id: '2.5.29.19', value: hex('30060101ff0201ff') }] }],
    ['empty extended key usage', { extensions: [{ id: '2.5.29.37', value: hex('3000') }] }],
    ['an object identifier with padding', { extensions: [{ id: '2.5.29.37', value: hex('30050603808001') }] }],
    ['a truncated object identifier', { extensions: [{ id: '2.5.29.37', value: hex('300406022a86') }] }],
    ['a URL with a line feed', { extensions: [{ id: '2.5.29.31', value: hex('300c300aa008a006860461620a63') }] }],
    ['validity that ends before it starts', { validity: times(utc('360101000000Z'), utc('260101000000Z')) }],
    ['30 February', { validity: times(utc('260230000000Z'), utc('360101000000Z')) }],
    ['29 February of 2027', { validity: times(utc('270229000000Z'), utc('360101000000Z')) }],
    ['hour 24', { validity: times(utc('260101240000Z'), utc('360101000000Z')) }],
    ['a time without seconds', { validity: times(utc('2601010000Z'), utc('360101000000Z')) }],
    ['a time with an offset', { validity: times(utc('260101000000+0000'), utc('360101000000Z')) }],
    ['a time with fractions', { validity: times(utc('260101000000Z'), generalized('20510101000000.5Z')) }],
    ['GeneralizedTime before 2050', { validity: times(utc('260101000000Z'), generalized('20360101000000Z')) }],
    ['invalid UTF-8', { subject: seq(rdn(['2.5.4.3', hex('ff')])) }],
    ['a PrintableString with an underscore', { subject: seq(rdn(['2.5.4.3', 'a_b', 0x13])) }],
    ['an IA5String over 127', { subject: seq(rdn(['2.5.4.3', hex('e9'), 0x16])) }],
    ['an odd BMPString', { subject: seq(rdn(['2.5.4.3', hex('004100'), 0x1e])) }],
    ['a BMPString with a surrogate', { subject: seq(rdn(['2.5.4.3', hex('d800'), 0x1e])) }],
    ['an empty relative name', { subject: seq(derWrap(0x31, new Uint8Array())) }],
    ['a bad issuer', { issuer: seq(rdn(['2.5.4.3', hex('ff')])) }],
  ] satisfies [string, Craft][])('%s is malformed', (_, options) => malformed(options));

  test('bytes behind the certificate are malformed', () =>
    expect(() => parseCertificate(concatBytes(craft(), hex('00')))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' })));
  test('unique identifiers are malformed', () => {
    const key = testKey('ec-p256');
    malformed({ key: { ...key, spki: concatBytes(key.spki, hex('81020055')) } });
  });
  test('a key that is none is found when it is asked for', () => {
    const certificate = parse({
      key: { ...testKey('ec-p256'), spki: seq(seq(oid('1.2.840.113549.1.1.1'), hex('0500')), hex('03020030')) },
    });
    expect(() => certificate.publicKey).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });
  test('over 64 KiB are refused', () =>
    expect(() => parseCertificate(new Uint8Array(65_537))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' })));
  test('dates from 1950 to 9999 are read', () => {
    const { notBefore, notAfter } = parse({ validity: times(utc('500101000000Z'), generalized('99991231235959Z')) });
    expect([notBefore, notAfter]).toEqual([Date.UTC(1950, 0), Date.UTC(9999, 11, 31, 23, 59, 59)]);
  });
});

describe('subject text (RFC 4514)', () => {
  test('most specific part first', () =>
    expect(subjectOf(rdn(['2.5.4.6', 'CH', 0x13]), rdn(['2.5.4.10', 'Example']), rdn(['2.5.4.3', 'x'])).subjectText).toBe(
      'CN=x,O=Example,C=CH',
    ));
  test('a multi-valued part keeps its plus', () =>
    expect(subjectOf(rdn(['2.5.4.10', 'Example'], ['2.5.4.3', 'x'])).subjectText).toBe('O=Example+CN=x'));
  test('two OUs both stand there', () =>
    expect(subjectOf(rdn(['2.5.4.11', 'a']), rdn(['2.5.4.11', 'b'])).subjectText).toBe('OU=b,OU=a'));
  test('a type without a short name is its number and DER', () =>
    expect(subjectOf(rdn(['1.2.840.113549.1.9.1', 'a@b', 0x16])).subjectText).toBe('1.2.840.113549.1.9.1=#1603614062'));
  test('a value that is no text is DER', () =>
    expect(subjectOf(rdn(['2.5.4.3', hex('e9'), 0x14])).subject[0]?.[0]).toMatchObject({ value: undefined }));
  test('a value with =# is text, and its leading # is escaped', () => {
    expect(subjectOf(rdn(['2.5.4.3', 'a=#b'])).subjectText).toBe('CN=a=#b');
    expect(subjectOf(rdn(['2.5.4.3', '#b'])).subjectText).toBe('CN=\\#b');
  });
  test('specials and outer spaces are escaped', () => {
    expect(subjectOf(rdn(['2.5.4.3', 'a,b+c"d\\e<f>g;h'])).subjectText).toBe('CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h');
    expect(subjectOf(rdn(['2.5.4.3', ' a '])).subjectText).toBe('CN=\\ a\\ ');
    expect(subjectOf(rdn(['2.5.4.3', 'a\\ '])).subjectText).toBe('CN=a\\\\\\ ');
    expect(subjectOf(rdn(['2.5.4.3', 'a\0b'])).subjectText).toBe('CN=a\\00b');
  });
  test('an attribute cannot pretend to be two', () =>
    expect(subjectOf(rdn(['2.5.4.3', 'x,O=Example'])).subjectText).toBe('CN=x\\,O=Example'));
  test('BMPString is read', () => expect(subjectOf(rdn(['2.5.4.3', hex('00410042'), 0x1e])).subjectText).toBe('CN=AB'));
});

describe('the mark of an emulator (S34)', () => {
  const policy = (id: string) => ({ id: '2.5.29.32', value: seq(seq(oid(id))) });
  test('policy or subject part is enough', () => {
    expect(isEmulated(parse({ extensions: [policy('1.2.3')] }))).toBe(false);
    // 2.999 is 1079 in the first octets of an object identifier.
    const marked = { id: '2.5.29.32', value: seq(seq(hex('06058837656d75'))) };
    const certificate = parse({ extensions: [marked] });
    expect(certificate.policies).toEqual([EMULATED_POLICY_OID]);
    expect(isEmulated(certificate)).toBe(true);
    expect(isEmulated(subjectOf(rdn(['2.5.4.5', 'EMULATED', 0x13])))).toBe(true);
    expect(isEmulated(subjectOf(rdn(['2.5.4.3', 'EMULATED'])))).toBe(false);
  });
});

describe('hostile bytes', () => {
  const seed = craft({
    key: testKey('rsa-2048'),
    extensions: [
      keyUsage(['digitalSignature']),
      basicConstraints(true, 1),
      extendedKeyUsage(['1.2.3.4']),
      { id: '2.5.29.32', value: seq(seq(oid('1.2.3'))) },
    ],
  });
  const onlySignErrors = (bytes: Uint8Array) => {
    try {
      const certificate = parseCertificate(bytes);
      void certificate.spec;
      void certificate.subjectText;
    } catch (error) {
      if (!SignError.is(error)) throw error;
    }
  };

  test('mutations of a certificate give a certificate or a SignError', () => {
    const mutation = fc.record({ at: fc.nat(seed.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        fc.nat(seed.length),
        fc.boolean(),
        (mutations, length, cut) => {
          const bytes = Uint8Array.from(seed);
          for (const { at, value } of mutations) bytes[at] = value;
          onlySignErrors(cut ? bytes.subarray(0, length) : bytes);
        },
      ),
      { numRuns: process.env.SLOW ? 100_000 : 1_500 },
    );
  });
  test('arbitrary bytes give a SignError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), onlySignErrors), { numRuns: process.env.SLOW ? 50_000 : 600 });
  });
});
