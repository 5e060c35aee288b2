import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatBytes, derBytes, derChildren, derWrap, readDer, sha256Hex, utf8Bytes } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateFormat, certificateHolder, csrFormat, requestHolder, sameGeneralName } from '../src/index.js';
import { ascii, basicConstraints, type CraftedExtension, commonName, craft, hex, keyUsage, oid, rdn, seq } from './craft.js';
import { testKey } from './issue.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pki-facts-'));
  writeFileSync(join(folder, 'key.pem'), testKey('ec-p256').privateKey.export({ format: 'pem', type: 'pkcs8' }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first member of a `SIGNED{ToBeSigned}`. */
const tbsOf = (der: Uint8Array) => {
  const [first] = derChildren(der, readDer(der, 0));
  return first ? derBytes(der, first) : new Uint8Array();
};

/** What OpenSSL makes of a configuration: the signed bytes of a request, or of a certificate. */
function openssl(kind: 'request' | 'certificate', config: string): Uint8Array {
  writeFileSync(join(folder, 'config'), config);
  const certificate = kind === 'certificate' ? ['-x509', '-days', '30'] : [];
  const args = ['req', '-new', ...certificate, '-key', 'key.pem', '-config', 'config', '-outform', 'DER', '-out', 'out.der'];
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  return tbsOf(Uint8Array.from(readFileSync(join(folder, 'out.der'))));
}

const names = `
[req]
prompt = no
distinguished_name = dn
req_extensions = use
x509_extensions = use
attributes = attributes
[dn]
CN = release
[elsewhere]
O = Bank
CN = "a,b"
[alternatives]
DNS.1 = admin.bank.example
DNS.2 = *.Bank.example
email = ceo@bank.example
IP.1 = 192.0.2.7
IP.2 = 2001:db8::7
URI = https://bank.example/?a,DNS:b
RID = 1.2.3.4
dirName = elsewhere
otherName = 1.2.3.5;UTF8:hidden
[attributes]
`;
const everything = `${names}
challengePassword = sentinel-secret
unstructuredName = somebody
[use]
basicConstraints = critical, CA:true, pathlen:1
keyUsage = critical, keyCertSign, digitalSignature
extendedKeyUsage = serverAuth, codeSigning, 1.2.3.6
subjectAltName = @alternatives
certificatePolicies = 1.2.3.7, @policy
nameConstraints = critical, permitted;DNS:bank.example
nsComment = "${'a comment '.repeat(8)}"
subjectKeyIdentifier = hash
[policy]
policyIdentifier = 1.2.3.8
CPS = "https://bank.example/cps"
`;

/** A SET of what a request says beside name and key. */
const request = (...attributes: Uint8Array[]) =>
  seq(hex('020100'), commonName('release'), testKey('ec-p256').spki, derWrap(0xa0, concatBytes(...attributes)));
const attribute = (id: string, ...values: Uint8Array[]) => seq(oid(id), derWrap(0x31, concatBytes(...values)));
const extensionRequest = '1.2.840.113549.1.9.14';
const extension = ({ id, critical, value }: CraftedExtension) =>
  seq(oid(id), critical ? hex('0101ff') : new Uint8Array(), derWrap(0x04, value));
const unknown = (critical: boolean): CraftedExtension => ({ id: '1.2.3.4.5', critical, value: derWrap(0x0c, ascii('evil')) });
const certificateWith = (...extensions: CraftedExtension[]) => certificateFormat.explain(tbsOf(craft({ extensions })))?.details;
const requestWith = (...extensions: CraftedExtension[]) =>
  csrFormat.explain(request(attribute(extensionRequest, seq(...extensions.map(extension)))))?.details;

describe('facts have a line for every extension', () => {
  const lines = {
    mayIssueCertificates: 'yes, with at most 1 intermediates below',
    basicConstraints: 'CA: yes, path length 1; critical',
    keyUsage: 'digitalSignature, keyCertSign; critical',
    extendedKeyUsage: 'serverAuth, codeSigning, 1.2.3.6',
    subjectAltName: [
      'DNS:admin.bank.example',
      'DNS:*.Bank.example',
      'email:ceo@bank.example',
      'IP:192.0.2.7',
      'IP:2001:db8::7',
      'URI:https://bank.example/?a\\,DNS:b',
      'registeredID:1.2.3.4',
      'directoryName:CN=a\\\\\\,b\\,O=Bank',
      'otherName:1.2.3.5=#0c0668696464656e',
    ].join(', '),
    'extension 2.5.29.30': expect.stringMatching(/^nameConstraints: 20 bytes, hex 3012a0103\w+; critical$/),
    'extension 2.16.840.1.113730.1.13': expect.stringMatching(/^not understood: \d+ bytes, sha256 [0-9a-f]{64}$/),
    'extension 2.5.29.14': expect.stringMatching(/^subjectKeyIdentifier: 22 bytes, hex 0414[0-9a-f]{40}$/),
    policies: expect.stringMatching(/^1\.2\.3\.7, 1\.2\.3\.8; with qualifiers: \d+ bytes, sha256 [0-9a-f]{64}$/),
  };

  it('of a certificate that OpenSSL made', () => {
    const facts = certificateFormat.explain(openssl('certificate', everything));
    expect(facts?.details).toMatchObject(lines);
    expect(facts?.title).toBe('CA certificate for CN=release');
  });

  it('that a request asks for, and for every attribute; its challenge password is not shown', () => {
    const facts = csrFormat.explain(openssl('request', everything));
    expect(facts?.details).toMatchObject({
      ...lines,
      challengePassword: 'there is one, which is not shown',
      'attribute 1.2.840.113549.1.9.2': `10 bytes, hex ${Buffer.from(derWrap(0x0c, ascii('somebody'))).toString('hex')}`,
    });
    expect(facts?.title).toBe('Request for a CA certificate for CN=release');
    expect(JSON.stringify(facts)).not.toContain('sentinel');
    expect(JSON.stringify(facts)).not.toContain(Buffer.from('sentinel').toString('hex'));
  });

  it('that is long by its SHA-256, the bytes of an attribute too', () => {
    const long = derWrap(0x0c, ascii('x'.repeat(40)));
    expect(csrFormat.explain(request(attribute('1.2.3', long)))?.details).toMatchObject({
      'attribute 1.2.3': `42 bytes, sha256 ${sha256Hex(long)}`,
    });
  });

  it('that Microsoft’s way to ask for extensions names', () => {
    const asked = attribute('1.3.6.1.4.1.311.2.1.14', seq(extension(basicConstraints(true))));
    expect(csrFormat.explain(request(asked))?.details).toMatchObject({ mayIssueCertificates: 'yes' });
  });
});

describe('nothing is explained', () => {
  it('that holds a critical extension without a known meaning', () => {
    expect(certificateWith(unknown(false))).toMatchObject({ 'extension 1.2.3.4.5': 'not understood: 6 bytes, hex 0c046576696c' });
    expect(requestWith(unknown(false))).toBeDefined();
    expect(certificateWith(unknown(true))).toBeUndefined();
    expect(requestWith(unknown(true))).toBeUndefined();
  });

  const ca = seq(extension(basicConstraints(true)));
  const san = (...parts: Uint8Array[]) => ({ id: '2.5.29.17', value: seq(...parts) });
  it.each<[string, () => unknown]>([
    ['an attribute twice', () => csrFormat.explain(request(attribute('1.2.3', ca), attribute('1.2.3', ca)))],
    ['two values of an extension request', () => csrFormat.explain(request(attribute(extensionRequest, ca, ca)))],
    [
      'both ways to ask for extensions',
      () => csrFormat.explain(request(attribute(extensionRequest, ca), attribute('1.3.6.1.4.1.311.2.1.14', ca))),
    ],
    ['an empty extension request', () => csrFormat.explain(request(attribute(extensionRequest, seq())))],
    [
      'more attributes than 64',
      () => csrFormat.explain(request(...Array.from({ length: 65 }, (_, i) => attribute(`1.2.${i}`, ca)))),
    ],
    ['an extension twice', () => requestWith(basicConstraints(false), basicConstraints(true))],
    ['no alternative name', () => certificateWith(san())],
    ['an alternative name of an unknown kind', () => certificateWith(san(derWrap(0x89, ascii('x'))))],
    ['an alternative name that is not ASCII', () => certificateWith(san(derWrap(0x82, utf8Bytes('bänk'))))],
    ['an IP address of five octets', () => certificateWith(san(derWrap(0x87, new Uint8Array(5))))],
    [
      'an other name with more behind it',
      () => certificateWith(san(derWrap(0xa0, concatBytes(oid('1.2.3'), derWrap(0xa0, seq()), seq())))),
    ],
  ])('that holds %s', (_, explained) => {
    expect(explained()).toBeUndefined();
  });
});

describe('who may issue certificates is said', () => {
  it('of a key usage without the flag of a CA', () => {
    const certSign = [keyUsage(['keyCertSign']), basicConstraints(false)];
    for (const details of [certificateWith(...certSign), requestWith(...certSign), requestWith(keyUsage(['keyCertSign']))])
      expect(details).toMatchObject({ mayIssueCertificates: 'by its key usage, although it is no CA' });
  });

  it('of version 1, which cannot say it', () => {
    const facts = certificateFormat.explain(tbsOf(craft({ version: new Uint8Array() })));
    expect(facts?.details).toMatchObject({ mayIssueCertificates: 'version 1 does not say' });
  });

  it('of what asks for nothing', () => {
    expect(csrFormat.explain(request())?.details).toMatchObject({ mayIssueCertificates: 'no' });
    expect(certificateWith(keyUsage(['digitalSignature']))).toMatchObject({ mayIssueCertificates: 'no' });
  });
});

it('names stand in facts whole, however long, and invisible characters in them escaped', () => {
  const parts = Array.from({ length: 20 }, (_, i) => rdn(['2.5.4.11', `unit ${i} ${'x'.repeat(50)}`]));
  const subject = seq(...parts, rdn(['2.5.4.8', 'EVIL\u202eHIDDEN']));
  const facts = certificateFormat.explain(tbsOf(craft({ subject })));
  for (const text of [facts?.title, facts?.details?.subject, facts?.details?.issuer]) {
    expect(text).toContain('EVIL\\u{202e}HIDDEN');
    expect(text).toContain('OU=unit 0 ');
    expect(text).toMatch(/OU=unit 19 x{50},/);
  }
});

describe('the holder', () => {
  it('is read from certificate and request alike, without the mark of an emulator', () => {
    const subject = seq(
      rdn(['2.5.4.3', 'one'], ['2.5.4.3', 'two']),
      rdn(['2.5.4.5', 'EMULATED']),
      rdn(['2.5.4.5', '7']),
      rdn(['2.5.4.6', hex('ff'), 0x04]),
    );
    const value = seq(derWrap(0x82, ascii('bank.example')));
    const expected = {
      subject: [
        { oid: '2.5.4.3', value: 'one' },
        { oid: '2.5.4.3', value: 'two' },
        { oid: '2.5.4.5', value: '7' },
        { oid: '2.5.4.6', value: undefined },
      ],
      alternativeNames: [{ type: 'DNS', value: 'bank.example' }],
      publicKeySha256: sha256Hex(testKey('ec-p256').spki),
    };
    expect(certificateHolder(tbsOf(craft({ subject, extensions: [{ id: '2.5.29.17', value }] })))).toEqual(expected);
    const asked = attribute(extensionRequest, seq(extension({ id: '2.5.29.17', value })));
    const info = seq(hex('020100'), subject, testKey('ec-p256').spki, derWrap(0xa0, asked));
    expect(requestHolder(info)).toEqual(expected);
  });

  it.each([
    ['DNS', 'Bank.example', 'bank.EXAMPLE', true],
    ['IP', '2001:db8::7', '2001:0DB8:0:0::0007', true],
    ['IP', '192.0.2.7', '192.0.2.7', true],
    ['IP', '192.0.2.7', '192.0.2.8', false],
    ['email', 'a@bank.example', 'A@bank.example', false],
    ['URI', 'https://a', 'https://a/', false],
  ] as const)('has, as %s, the name %s when asked for as %s: %s', (type, one, other, same) => {
    expect(sameGeneralName({ type, value: one }, { type, value: other })).toBe(same);
    expect(sameGeneralName({ type, value: one }, { type: 'otherName', value: one })).toBe(false);
  });
});
