import { parseCertificate } from '@securosys/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDistinguishedName } from '../src/trust/distinguished-name.js';
import { comparableSubject, matchesIdentity, parseTrustedIdentities } from '../src/trust/trusted-identity.js';
import { defaultSubject, type Name, testChain } from './helpers/certificates.js';
import { thrown } from './helpers/thrown.js';

const base = 'C=CH,ST=Zurich,O=Acme';
const dn = (text: string) => Object.fromEntries(parseDistinguishedName(text));
const leaf = (subject: Name) => parseCertificate(testChain({ subject })[0]);
const matches = (identity: string, subject: Name = defaultSubject) =>
  matchesIdentity(parseTrustedIdentities([`x509.subject:${identity}`]), leaf(subject));

describe('distinguished names of identities (§14.4)', () => {
  it.each([
    [`${base}`, { C: 'CH', ST: 'Zurich', O: 'Acme' }],
    [' C = CH ; S=Zurich; O =  Acme Corp  ', { C: 'CH', ST: 'Zurich', O: 'Acme Corp' }],
    ['C=CH,ST=Zurich,O=Acme\\, Inc\\2e', { C: 'CH', ST: 'Zurich', O: 'Acme, Inc.' }],
    ['C=CH,ST=Z\\c3\\bcrich,O=Acm\u00e9', { C: 'CH', ST: 'Zürich', O: 'Acmé' }],
    ['C=CH,ST=Zurich,O=\\ Acme\\ ', { C: 'CH', ST: 'Zurich', O: ' Acme ' }],
    ['C=CH,ST=Zurich,O=a=b,cn=x', { C: 'CH', ST: 'Zurich', O: 'a=b', cn: 'x' }],
    ['C=CH,ST=Zurich,O=Acme,2.5.4.3=x', { C: 'CH', ST: 'Zurich', O: 'Acme', '2.5.4.3': 'x' }],
  ])('reads %s', (text, expected) => {
    expect(dn(text)).toEqual(expected);
  });

  it.each([
    '',
    'C=CH',
    'C=CH,ST=Zurich',
    'C=CH,ST=Zurich,O=',
    'C=,ST=Zurich,O=Acme',
    'c=CH,ST=Zurich,O=Acme',
    `${base},C=DE`,
    `${base},S=Bern`,
    `${base}+CN=x`,
    `${base},CN=#0403`,
    `${base},CN="x"`,
    `${base},CN=<x>`,
    `${base},CN=a\\`,
    `${base},CN=a\\q`,
    `${base},CN=a\\c`,
    `${base},CN=\\ff`,
    `${base},`,
    `${base},,CN=x`,
    `${base},CN`,
    `${base},=x`,
    `${base},CN=${'x'.repeat(5_000)}`,
  ])('refuses %j', (text) => {
    expect(thrown(() => parseDistinguishedName(text)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('reads back every value that is escaped by RFC 4514 (property)', () => {
    const escaped = (value: string) =>
      value
        .replace(/["+,;<>\\ =#]/g, '\\$&')
        .replaceAll('\\"', '\\22')
        .replaceAll('\\<', '\\3c')
        .replaceAll('\\>', '\\3e');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((s) => s.isWellFormed() && !s.includes('\0')),
        (value) => {
          expect(dn(`${base},CN=${escaped(value)}`).CN).toBe(value);
        },
      ),
    );
  });

  it('never throws anything but a SignError (property)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('C', 'O', '=', ',', ';', '+', '\\', ' ', '#', 'f', '"', 'ü'), maxLength: 60 }),
        (text) => {
          try {
            parseDistinguishedName(`${base},${text}`);
          } catch (error) {
            expect((error as { code?: string }).code).toBe('ERR_INVALID_ARGUMENT');
          }
        },
      ),
    );
  });
});

describe('lists of identities', () => {
  it.each([
    [['*', `x509.subject:${base}`]],
    [['x509.subject']],
    [['']],
    [[':x']],
    [['x509.subject:']],
    [[`x509.subject:${base}`, `x509.subject:${base},CN=x`]],
    [[`x509.subject:${base}`, 'x509.subject:O=Acme;ST=Zurich;C=CH']],
  ])('refuses %j', (list) => {
    expect(thrown(() => parseTrustedIdentities(list)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('takes identities of which none includes another, and foreign prefixes', () => {
    expect(parseTrustedIdentities([`x509.subject:${base},CN=a`, `x509.subject:${base},CN=b`, 'arn:aws:signer'])).toHaveLength(3);
  });

  it('an empty list, and one of foreign prefixes only, is nobody', () => {
    expect(matchesIdentity([], leaf(defaultSubject))).toBe(false);
    expect(matchesIdentity(parseTrustedIdentities(['arn:x']), leaf(defaultSubject))).toBe(false);
  });
});

describe('matching the leaf', () => {
  it.each([
    [base, true],
    ['O=Acme, C=CH, S=Zurich', true],
    [`${base},CN=release`, true],
    [`${base},CN=Release`, false],
    [`${base},cn=release`, false],
    [`${base},CN=releas`, false],
    [`${base},OU=x`, false],
    ['C=CH,ST=Zurich,O=acme', false],
  ])('%s: %s', (identity, expected) => {
    expect(matches(identity)).toBe(expected);
  });

  it.each<[string, Name]>([
    ['two OUs', [...defaultSubject, ['OU', 'a'], ['OU', 'b']]],
    ['another attribute', [...defaultSubject, ['UID', 'x']]],
    [
      'no ST',
      [
        ['C', 'CH'],
        ['O', 'Acme'],
      ],
    ],
    [
      'an empty O',
      [
        ['C', 'CH'],
        ['ST', 'Zurich'],
        ['O', ''],
      ],
    ],
    ['a value with =#', [...defaultSubject, ['OU', 'a=#b']]],
  ])('a subject with %s is matched by * only', (_, subject) => {
    expect(comparableSubject(leaf(subject))).toBeUndefined();
    expect(matches(base, subject)).toBe(false);
    expect(matchesIdentity(parseTrustedIdentities(['*']), leaf(subject))).toBe(true);
  });

  it('flattens relative names of several types, and keeps a leading space', () => {
    expect(
      matches(`${base},CN=x`, [
        ['C', 'CH'],
        ['ST', 'Zurich'],
        [
          ['O', 'Acme'],
          ['CN', 'x'],
        ],
      ]),
    ).toBe(true);
    expect(
      matches(base, [
        ['C', 'CH'],
        ['ST', 'Zurich'],
        ['O', ' Acme'],
      ]),
    ).toBe(false);
  });

  it("the emulator's mark in the subject does not disturb it", () => {
    expect(matches(base, [...defaultSubject, ['SERIALNUMBER', 'EMULATED']])).toBe(true);
  });
});
