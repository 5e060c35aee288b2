import { concatBytes, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCertificates, pemBlocks, pemBytes, pemText } from '../src/index.js';
import { commonName, craft } from './craft.js';

const one = craft({ subject: commonName('one') });
const two = craft({ subject: commonName('two') });
const pem = (der: Uint8Array) => pemText(der, 'CERTIFICATE');
const names = (bytes: Uint8Array) => parseCertificates(bytes).map((certificate) => certificate.subjectText);
const malformed = (text: string | Uint8Array) =>
  expect(() => parseCertificates(typeof text === 'string' ? utf8Bytes(text) : text)).toThrow(
    expect.objectContaining({ code: 'ERR_MALFORMED' }),
  );

describe('certificate files (§13)', () => {
  test('one PEM block', () => expect(names(utf8Bytes(pem(one)))).toEqual(['CN=one']));
  test('many PEM blocks with text around them and Windows line ends', () =>
    expect(names(utf8Bytes(`subject: é\n${pem(one)}\n0 s:CN=two\n${pem(two)}`.replaceAll('\n', '\r\n')))).toEqual([
      'CN=one',
      'CN=two',
    ]));
  test('one DER certificate', () => expect(names(one)).toEqual(['CN=one']));
  test('many DER certificates', () => expect(names(concatBytes(one, two))).toEqual(['CN=one', 'CN=two']));
  test.each([
    ['an empty file', ''],
    ['a README', 'Put certificates here.\n'],
    ['a private key', pemText(one, 'PRIVATE KEY')],
    ['a private key beside a certificate', pem(one) + pemText(one, 'PRIVATE KEY')],
    ['a block without end', pem(one).replace(/-----END.*/, '')],
    ['a block with another end', pem(one).replace('END CERTIFICATE', 'END X')],
    ['an end without beginning', '-----END CERTIFICATE-----\n'],
    ['a block inside a block', pem(one).replace('\n', '\n-----BEGIN CERTIFICATE-----\n')],
    ['a header', pem(one).replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n')],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['a broken edge', pem(one).replace('-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----')],
  ])('%s is malformed', (_, text) => malformed(text));
  test('bytes behind DER are malformed', () => malformed(concatBytes(one, Uint8Array.of(0))));
  test('over 1 MiB or over 256 certificates are refused', () => {
    expect(() => parseCertificates(new Uint8Array(1024 * 1024 + 1))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    expect(() => parseCertificates(concatBytes(...Array<Uint8Array>(257).fill(one)))).toThrow(
      expect.objectContaining({ code: 'ERR_LIMIT' }),
    );
    expect(() => parseCertificates(utf8Bytes(pem(one).repeat(257)))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
});

test('what pemText writes, pemBytes reads', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const text = pemText(bytes, 'CERTIFICATE REQUEST');
      expect(pemBytes(text, 'CERTIFICATE REQUEST')).toEqual([bytes]);
      expect(pemBlocks(text).map((block) => block.label)).toEqual(['CERTIFICATE REQUEST']);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(64);
    }),
  );
});
