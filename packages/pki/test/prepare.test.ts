import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifySigningBytes, type JsonObject, sha256Hex } from '@securosys/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateOptions,
  certificateFormat,
  checkNotaryChain,
  csrFormat,
  isEmulated,
  nameText,
  parseCertificate,
  parseCertificates,
  pemText,
  prepareCertificate,
  prepareCsr,
} from '../src/index.js';
import { parseSubject } from '../src/subject.js';
import { complete, issue, notarySpecs, subject, type TestKey, testKey, validity } from './issue.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pki-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const file = (name: string, der: Uint8Array, label: string) => writeFileSync(join(folder, name), pemText(der, label));
const key = testKey('ec-p256');
const ca = testKey('ec-p384', 'ca');
const prepare = (options: Partial<CertificateOptions> = {}) =>
  prepareCertificate({ subject, validity, profile: 'leaf', key, ...options });
const refused = (options: Partial<CertificateOptions>, code = 'ERR_INVALID_ARGUMENT') =>
  expect(prepare(options)).rejects.toThrow(expect.objectContaining({ code }));

describe.each([...notarySpecs, 'ed25519'] as const)('with %s', (spec) => {
  const signer = testKey(spec, 'ca');

  test('OpenSSL verifies an issued leaf in strict mode', async () => {
    const root = await issue(signer, { profile: 'ca', subject: 'CN=root,C=CH', pathLen: 0 });
    const leaf = await issue(signer, { issuer: { certificate: root }, subjectKey: key.spki, emulated: true });
    file('root.pem', root.der, 'CERTIFICATE');
    file('leaf.pem', leaf.der, 'CERTIFICATE');
    expect(
      openssl('verify', '-x509_strict', '-attime', String(Date.UTC(2030, 0) / 1000), '-CAfile', 'root.pem', 'leaf.pem'),
    ).toBe('leaf.pem: OK\n');
    expect(new X509Certificate(leaf.der).checkIssued(new X509Certificate(root.der))).toBe(true);
  });

  test('OpenSSL verifies a certification request', async () => {
    file('request.pem', complete(await prepareCsr({ subject, key: signer }), signer), 'CERTIFICATE REQUEST');
    expect(openssl('req', '-in', 'request.pem', '-noout', '-verify', '-subject', '-nameopt', 'rfc2253').trim()).toBe(
      `subject=${subject}`,
    );
  });
});

describe('what is prepared', () => {
  test('a leaf says exactly what the profile promises', async () => {
    const leaf = parseCertificate(complete(await prepare({ serial: '80ff' }), key));
    expect(leaf).toMatchObject({
      subjectText: subject,
      serial: '80ff',
      ...validity,
      keyUsage: { critical: true, bits: new Set(['digitalSignature']) },
      extendedKeyUsage: { critical: false, oids: ['1.3.6.1.5.5.7.3.3'] },
      basicConstraints: undefined,
      policies: [],
      unknownCritical: [],
    });
  });
  test('a timestamping certificate satisfies the rules of its purpose', async () => {
    const root = await issue(ca, { profile: 'ca', subject: 'CN=tsa root,C=CH' });
    const tsa = await issue(ca, { profile: 'timestamping', issuer: { certificate: root }, subjectKey: key.spki });
    expect(() => checkNotaryChain([tsa, root], { purpose: 'timestamping' })).not.toThrow();
  });
  test('the part is classified as a certificate, and a request as a request', async () => {
    const [part] = (await prepare()).parts;
    const [request] = (await prepareCsr({ subject, key })).parts;
    expect(part && classifySigningBytes(part.input.message)).toBe('x509-certificate');
    expect(part?.domain).toBe('x509-certificate');
    expect(request && classifySigningBytes(request.input.message)).toBe('x509-request');
    expect(request?.domain).toBe('x509-request');
  });
  test('serials differ', async () => {
    const serials = await Promise.all(
      Array.from({ length: 8 }, async () => parseCertificate(complete(await prepare(), key)).serial),
    );
    expect(new Set(serials).size).toBe(8);
  });
  test('policies of the caller are written', async () =>
    expect((await issue(key, { policies: ['1.3.6.1.4.1.99999.1'] })).policies).toEqual(['1.3.6.1.4.1.99999.1']));
  test('validity beyond 2049 is written as GeneralizedTime', async () =>
    expect((await issue(key, { validity: { notBefore: 0, notAfter: Date.UTC(2060, 5) } })).notAfter).toBe(Date.UTC(2060, 5)));
});

describe('assembling', () => {
  test('a signature by another key is a mismatch', async () => {
    const prepared = await prepare();
    expect(() => complete(prepared, testKey('ec-p256', 'other'))).toThrow(
      expect.objectContaining({ code: 'ERR_SIGNATURE_MISMATCH' }),
    );
  });
  test('missing and additional signatures are refused', async () => {
    const prepared = await prepare();
    const signature = new Uint8Array(64);
    for (const signatures of [{}, { other: signature }, { certificate: signature, other: signature }] as Record<
      string,
      Uint8Array
    >[])
      expect(() => prepared.assemble(signatures)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
  test('the certificate holds memory of its own', async () => {
    const der = complete(await prepare(), key);
    expect(der.buffer.byteLength).toBe(der.byteLength);
  });
});

describe('waiting', () => {
  test('a prepared certificate comes back from its JSON with the same bytes and facts', async () => {
    const prepared = await prepare();
    const back = certificateFormat.restore(JSON.parse(JSON.stringify(prepared)) as JsonObject);
    expect(back.parts).toEqual(prepared.parts);
    expect(parseCertificate(complete(back, key)).subjectText).toBe(subject);
  });
  test('a prepared request comes back from its JSON', async () => {
    const prepared = await prepareCsr({ subject, key });
    expect(csrFormat.restore(JSON.parse(JSON.stringify(prepared)) as JsonObject).parts).toEqual(prepared.parts);
  });
  test('JSON with another key, kind, version, member or base64 is refused', async () => {
    const json = (await prepare()).toJSON();
    const other = (await prepare({ key: testKey('ec-p256', 'other') })).toJSON();
    const request = (await prepareCsr({ subject, key })).toJSON();
    const changes: JsonObject[] = [
      { ...json, signerSpki: other.signerSpki as string },
      { ...json, tbs: request.tbs as string },
      { ...json, version: 2 },
      { ...json, format: 'x509-request' },
      { ...json, extra: true },
      { ...json, tbs: `${json.tbs as string}\n` },
      { ...json, tbs: 1 },
    ];
    for (const change of changes)
      expect(() => certificateFormat.restore(change)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(() => csrFormat.restore({ ...request, signerSpki: other.signerSpki as string })).toThrow(
      expect.objectContaining({ code: 'ERR_MALFORMED' }),
    );
  });
});

describe('facts', () => {
  test('say what the bytes say', async () => {
    const [part] = (await prepare({ profile: 'ca', pathLen: 2, emulated: true })).parts;
    expect(certificateFormat.explain(part?.input.message ?? new Uint8Array())).toEqual(part?.facts);
    expect(part?.facts).toMatchObject({
      title: `CA certificate for SERIALNUMBER=EMULATED,${subject}`,
      details: {
        issuer: `SERIALNUMBER=EMULATED,${subject}`,
        selfIssued: 'yes',
        validFrom: '2026-01-01T00:00:00Z',
        validUntil: '2036-01-01T00:00:00Z',
        publicKeySha256: sha256Hex(key.spki),
        mayIssueCertificates: 'yes, with at most 2 intermediates below',
        basicConstraints: 'CA: yes, path length 2; critical',
        keyUsage: 'keyCertSign, cRLSign; critical',
        emulated: 'yes',
      },
    });
  });
  test('of bytes of another kind there are none', async () => {
    const [request] = (await prepareCsr({ subject, key })).parts;
    const [part] = (await prepare()).parts;
    expect(certificateFormat.explain(request?.input.message ?? new Uint8Array())).toBeUndefined();
    expect(csrFormat.explain(part?.input.message ?? new Uint8Array())).toBeUndefined();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => certificateFormat.explain(bytes) === undefined && csrFormat.explain(bytes) === undefined,
      ),
    );
  });
});

describe('what bad input gets', () => {
  test('an issuer that is not the signing key, or no CA', async () => {
    const root = await issue(ca, { profile: 'ca', subject: 'CN=root,C=CH' });
    const leaf = await issue(key);
    await refused({ issuer: { certificate: root } });
    await refused({ issuer: { certificate: leaf } });
  });
  test('another’s key without an issuer', () => refused({ subjectKey: ca.spki }));
  test('a key that Notary does not know, as a leaf', () => refused({ key: testKey('ed25519') }, 'ERR_ALGORITHM_UNSUPPORTED'));
  test('a key that is none', () => refused({ key: { spki: new Uint8Array([0x30, 0x00]) } }, 'ERR_MALFORMED'));
  test('unknown options', () => refused({ notAfter: 1 } as object));
  test.each<[string, Partial<CertificateOptions>]>([
    ['an unknown profile', { profile: 'tls' as 'leaf' }],
    ['validity that ends before it starts', { validity: { notBefore: 2_000_000, notAfter: 1_000_000 } }],
    ['validity that is no number', { validity: { notBefore: Number.NaN, notAfter: 1 } }],
    ['validity after the year 9999', { validity: { notBefore: 0, notAfter: Date.UTC(10_000, 0) } }],
    ['a path length for a leaf', { pathLen: 1 }],
    ['a negative path length', { profile: 'ca', pathLen: -1 }],
    ['a serial of zero', { serial: '00' }],
    ['a serial of 21 octets', { serial: '11'.repeat(21) }],
    ['a policy that is no object identifier', { policies: ['1.2.x'] }],
    ['an empty subject', { subject: '' }],
    ['a lower-case country', { subject: 'CN=x,C=ch' }],
    ['an unknown type', { subject: 'CN=x,emailAddress=a' }],
    ['a type twice', { subject: 'OU=a,OU=b' }],
    ['a multi-valued part', { subject: 'CN=a+O=b' }],
    ['text with =#', { subject: 'CN=#0c0161' }],
    ['an empty value', { subject: 'CN=,O=a' }],
    ['a control character', { subject: 'CN=a\u0007' }],
    ['a trailing comma', { subject: 'CN=a,' }],
    ['a trailing backslash', { subject: 'CN=a\\' }],
    ['a value over its limit', { subject: `CN=${'a'.repeat(65)}` }],
    ['a serialNumber beside the emulated mark', { subject: 'CN=a,SERIALNUMBER=1', emulated: true }],
  ])('%s', (_, options) => refused(options));
});

describe('the mark of an emulator (S34)', () => {
  test('both marks are set, and the subject keeps its other parts', async () => {
    const leaf = await issue(key, { emulated: true });
    expect(leaf.policies).toEqual(['2.999.101.109.117']);
    expect(leaf.subjectText).toBe(`SERIALNUMBER=EMULATED,${subject}`);
    expect(isEmulated(leaf)).toBe(true);
    expect(() => checkNotaryChain([leaf], { purpose: 'code-signing' })).not.toThrow();
  });
  test('what an emulated CA issues is marked, whether asked for or not', async () => {
    const root = await issue(ca, { profile: 'ca', subject: 'CN=root,C=CH', emulated: true });
    expect(isEmulated(await issue(ca, { issuer: { certificate: root }, subjectKey: key.spki }))).toBe(true);
    await expect(issue(ca, { issuer: { certificate: root }, subjectKey: key.spki, emulated: false })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('an issuer made by another program', () => {
  test('OpenSSL accepts a leaf below a root that OpenSSL made', async () => {
    const signer: TestKey = testKey('rsa-2048', 'ca');
    writeFileSync(join(folder, 'ca.key'), signer.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
    writeFileSync(
      join(folder, 'ca.cnf'),
      '[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n',
    );
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      'ca.key',
      '-config',
      'ca.cnf',
      '-subj',
      '/C=CH/O=Peer/CN=peer root',
      '-days',
      '3650',
      '-sha256',
      '-out',
      'peer.pem',
    );
    const pem = openssl('x509', '-in', 'peer.pem');
    const [root] = parseCertificates(new TextEncoder().encode(pem));
    if (!root) throw new Error('no certificate');
    const leaf = await issue(signer, { issuer: { certificate: root }, subjectKey: key.spki });
    file('below.pem', leaf.der, 'CERTIFICATE');
    expect(openssl('verify', '-x509_strict', '-CAfile', 'peer.pem', 'below.pem')).toBe('below.pem: OK\n');
    expect(() => checkNotaryChain([leaf, root], { purpose: 'code-signing' })).not.toThrow();
  });
});

describe('subject text', () => {
  test('what is read from text is written as the same text', () => {
    const value = fc.string({
      unit: fc.constantFrom('a', 'B', 'é', '漢', ' ', ',', '+', '"', '\\', '<', '>', ';', '=', '.', "'"),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.8'), { minLength: 1 }),
        fc.array(value, { minLength: 3, maxLength: 3 }),
        (oids, values) => {
          const attributes = oids.map((oid, i) => ({ oid, value: values[i] as string }));
          const text = nameText(attributes.map((attribute) => [attribute]));
          fc.pre(!text.includes('=#'));
          expect(parseSubject(text)).toEqual(attributes);
        },
      ),
    );
  });
  test('escapes by hex are UTF-8 bytes, and white space around a value is dropped', () => {
    expect(parseSubject('CN= caf\\c3\\a9 , C=CH')).toEqual([
      { oid: '2.5.4.6', value: 'CH' },
      { oid: '2.5.4.3', value: 'café' },
    ]);
  });
  test('a long text is read in bounded time', () => {
    const start = performance.now();
    for (const text of [
      `CN=${'\\,'.repeat(900)}`,
      `CN=${','.repeat(2_000)}`,
      `CN=${' '.repeat(2_000)}`,
      '\\'.repeat(2_000),
      'A'.repeat(2_000),
    ])
      expect(() => parseSubject(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
  test('what the key of an emulator signs is marked by what the key says of itself, and nobody can wish it away', async () => {
    const emulated = { spki: key.spki, assurance: 'emulated' as const };
    const own = async (options: Partial<CertificateOptions> = {}) =>
      parseCertificate(complete(await prepare({ key: emulated, ...options }), key));
    expect(isEmulated(await own())).toBe(true);
    expect(isEmulated(await own({ emulated: true }))).toBe(true);
    await refused({ key: emulated, emulated: false });
    await refused({ key: emulated, subject: 'CN=a,SERIALNUMBER=1' });
    // An unmarked certificate of the same key, from before, does not clean what it issues.
    const root = await issue(key, { profile: 'ca', subject: 'CN=root,C=CH' });
    expect(isEmulated(root)).toBe(false);
    expect(isEmulated(await own({ issuer: { certificate: root }, subjectKey: ca.spki }))).toBe(true);
    for (const assurance of ['software', 'self-reported', 'attested'] as const)
      expect(isEmulated(await own({ key: { spki: key.spki, assurance } }))).toBe(false);
  });
  test('a request of an emulator’s key is marked in its subject, and its facts say so', async () => {
    const emulated = { spki: key.spki, assurance: 'emulated' as const };
    const facts = async (options: object) => (await prepareCsr({ subject, key: emulated, ...options })).parts[0]?.facts.details;
    expect(await facts({})).toMatchObject({ subject: `SERIALNUMBER=EMULATED,${subject}`, emulated: 'yes' });
    expect(await facts({ key, emulated: true })).toMatchObject({ emulated: 'yes' });
    expect(await facts({ key })).not.toHaveProperty('emulated');
    for (const options of [{ emulated: false }, { subject: 'CN=a,SERIALNUMBER=1' }])
      await expect(facts(options)).rejects.toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
