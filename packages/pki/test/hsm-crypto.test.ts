import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  createSigner,
  type KeyBackend,
  type SignatureAlgorithm,
  type SignerOptions,
  type SigningDomain,
  utf8Bytes,
  verifySignature,
} from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, test } from 'vitest';
import {
  checkNotaryChain,
  createHsmCrypto,
  EMULATED_POLICY_OID,
  type HsmCrypto,
  isEmulated,
  isSelfSigned,
  parseCertificate,
  prepareCsr,
} from '../src/index.js';
import { craft } from './craft.js';
import { notarySpecs, subject, testKey } from './issue.js';

const backend = createMemoryBackend();
for (const spec of [...notarySpecs, 'ed25519'] as const) backend.addKey({ label: spec, privateKey: testKey(spec).privateKey });
const signerOf = (label: string, options: SignerOptions = { allowCertificates: true }, by: KeyBackend = backend) =>
  createSigner(by, { label }, options);
const code = (name: string) => expect.objectContaining({ code: name });

/** A message of each format, as its own tool would have it signed. */
const messages: Readonly<Record<SigningDomain, () => Promise<Uint8Array> | Uint8Array>> = {
  jws: () => utf8Bytes(`${Buffer.from('{"alg":"PS256"}').toString('base64url')}.e30`),
  'cose-sign': () => Uint8Array.from([0x84, 0x6a, ...utf8Bytes('Signature1'), 0x40, 0x40, 0x40]),
  dsse: () => utf8Bytes('DSSEv1 1 a 1 b'),
  'cosign-payload': () => utf8Bytes('{"critical":{"type":"cosign container image signature"}}'),
  tuf: () => utf8Bytes('{"_type":"Targets"}'),
  'x509-certificate': () => parseCertificate(craft()).tbs,
  'x509-request': async () =>
    (await prepareCsr({ subject, key: testKey('ec-p256') })).parts[0]?.input.message ?? new Uint8Array(),
  'x509-crl': () => Buffer.from('3016020101300506032b65703000170d3236303130313030303030305a'.replace('3016', '301b'), 'hex'),
  'ocsp-response': () => Buffer.from('3015a1023000180f32303236303130313030303030305a3000'.replace('3015', '3017'), 'hex'),
  'cms-attributes': () => Buffer.from('310c300a06032a0304310306012a'.replace('06012a', '020101'), 'hex'),
  asn1: () => Uint8Array.from([0x30, 0x05, 0x30, 0x00, 0x16, 0x01, 0x78]),
  'audit-checkpoint': () => new TextEncoder().encode(`securosys-audit-checkpoint v1\nlog: ${'ab'.repeat(16)}\nseq: 7\n`),
  'tsb-approval': () => Uint8Array.from([8, 0, 0, 0, 0x3b, 0, 4, 0, 0, 0, 0, 0]),
};

describe.each([...notarySpecs, 'ed25519'] as const)('@peculiar/x509 over a %s key', (spec) => {
  test('builds a self-signed certificate and a request that verify', async () => {
    const crypto = createHsmCrypto();
    const keys = await crypto.importHsmKey(signerOf(spec));
    const certificate = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: 'C=CH, ST=Zurich, O=Example, CN=x509',
        notBefore: new Date('2026-01-01'),
        notAfter: new Date('2030-01-01'),
        keys,
        signingAlgorithm: { ...keys.privateKey.algorithm, hash: 'SHA-512' },
        extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
      },
      crypto,
    );
    const parsed = parseCertificate(new Uint8Array(certificate.rawData));
    expect(isSelfSigned(parsed)).toBe(true);
    expect(await certificate.verify({ signatureOnly: true })).toBe(true);
    if (spec !== 'ed25519') checkNotaryChain([parsed], { purpose: 'code-signing' });
    const request = await x509.Pkcs10CertificateRequestGenerator.create(
      { name: 'CN=x509', keys, signingAlgorithm: { ...keys.privateKey.algorithm, hash: 'SHA-384' } },
      crypto,
    );
    expect(await request.verify()).toBe(true);
  });
});

describe('signing', () => {
  const sign = async (
    crypto: HsmCrypto,
    algorithm: SignatureAlgorithm,
    label: string,
    parameters: object,
    message = utf8Bytes('text'),
  ) => {
    const { privateKey, publicKey } = await crypto.importHsmKey(signerOf(label, { allowOpaque: true }), { algorithm });
    const signature = await crypto.subtle.sign({ ...privateKey.algorithm, ...parameters }, privateKey, message);
    expect(await webcrypto.subtle.verify({ ...privateKey.algorithm, ...parameters }, publicKey, signature, message)).toBe(true);
    return signature;
  };

  test.each([
    ['rsa-pss-sha256', 'rsa-2048', { saltLength: 32 }, 256],
    ['rsa-pss-sha512', 'rsa-3072', { saltLength: 64 }, 384],
    ['rsa-pkcs1-sha384', 'rsa-2048', {}, 256],
    ['ecdsa-sha256', 'ec-p256', { hash: 'SHA-256' }, 64],
    ['ecdsa-sha384', 'ec-p521', { hash: { name: 'SHA-384' } }, 132],
    ['ed25519', 'ed25519', {}, 64],
  ] as const)(
    '%s gives an ArrayBuffer of exactly the signature, which the platform verifies',
    async (algorithm, label, parameters, length) => {
      const signature = await sign(createHsmCrypto(), algorithm, label, parameters);
      expect(signature).toBeInstanceOf(ArrayBuffer);
      expect(signature.byteLength).toBe(length);
    },
  );

  test('a view signs its own part of the buffer only', async () => {
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(signerOf('ec-p256', { allowOpaque: true }));
    const whole = utf8Bytes('__text__');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new DataView(whole.buffer, 2, 4));
    const { publicKey } = parseCertificate(craft({ key: testKey('ec-p256') }));
    expect(verifySignature(publicKey, 'ecdsa-sha256', utf8Bytes('text'), new Uint8Array(signature))).toBe(true);
  });

  test.each([
    ['another algorithm', { name: 'RSA-PSS', saltLength: 32 }],
    ['another hash', { name: 'ECDSA', hash: 'SHA-1' }],
    ['no hash', { name: 'ECDSA' }],
    ['a name only', 'ECDSA'],
  ])('%s is refused', async (_, parameters) => {
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(signerOf('ec-p256', { allowOpaque: true }));
    await expect(crypto.subtle.sign(parameters, privateKey, utf8Bytes('text'))).rejects.toThrow(code('ERR_INVALID_ARGUMENT'));
  });
  test('a PSS salt of another length than the hash is refused', async () =>
    expect(sign(createHsmCrypto(), 'rsa-pss-sha256', 'rsa-2048', { saltLength: 20 })).rejects.toThrow(
      code('ERR_INVALID_ARGUMENT'),
    ));
  test('an algorithm that the key cannot do is refused', async () =>
    expect(createHsmCrypto().importHsmKey(signerOf('ec-p256'), { algorithm: 'ed25519' })).rejects.toThrow(
      code('ERR_ALGORITHM_UNSUPPORTED'),
    ));
});

describe('rights of a key (S9)', () => {
  const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
  const attempt = async (message: Uint8Array, signerOptions: SignerOptions, domains?: readonly SigningDomain[]) => {
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(signerOf('ec-p256', signerOptions), domains ? { domains } : {});
    return crypto.subtle.sign(ecdsa, privateKey, message);
  };
  const pkix: readonly string[] = ['x509-certificate', 'x509-request'];

  test.each(Object.keys(messages) as SigningDomain[])('a message of %s is refused without the right to it', async (domain) => {
    const message = await messages[domain]();
    await expect(attempt(message, { allowOpaque: true })).rejects.toThrow(code('ERR_CROSS_PROTOCOL'));
    const withCertificates = attempt(message, { allowCertificates: true, allowOpaque: true });
    if (pkix.includes(domain)) expect((await withCertificates).byteLength).toBe(64);
    else await expect(withCertificates).rejects.toThrow(code('ERR_CROSS_PROTOCOL'));
  });
  test('a domain may be named, and then the certificates are no longer', async () => {
    const jws = await messages.jws();
    expect((await attempt(jws, {}, ['jws'])).byteLength).toBe(64);
    await expect(attempt(await messages['x509-certificate'](), { allowCertificates: true }, ['jws'])).rejects.toThrow(
      code('ERR_CROSS_PROTOCOL'),
    );
  });
  test('a message of no known format needs allowOpaque', async () =>
    expect(attempt(utf8Bytes('text'), { allowCertificates: true })).rejects.toThrow(code('ERR_CROSS_PROTOCOL')));
});

describe('the key of an emulator (S34)', () => {
  const emulator: KeyBackend = {
    ...backend,
    describeKey: async (ref) => ({ ...(await backend.describeKey(ref)), assurance: 'emulated' }),
  };
  const selfSigned = async (name: string, extensions: x509.Extension[] = [], by: KeyBackend = emulator) => {
    const crypto = createHsmCrypto();
    const keys = await crypto.importHsmKey(signerOf('ec-p256', { allowCertificates: true, allowOpaque: true }, by));
    const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const dates = { notBefore: new Date('2026-01-01'), notAfter: new Date('2030-01-01') };
    return x509.X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm, extensions, ...dates }, crypto);
  };
  const usage = new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true);
  const refused = expect.objectContaining({ code: 'ERR_EMULATOR_REFUSED', message: expect.stringContaining('EMULATED') });

  test('signs no certificate without the mark, and says what is missing', async () => {
    await expect(selfSigned('CN=release, O=Acme, C=CH', [usage])).rejects.toThrow(refused);
    await expect(selfSigned('CN=release', [], backend)).resolves.toBeDefined();
  });
  test('signs one with either mark', async () => {
    const byName = await selfSigned('CN=release, 2.5.4.5=EMULATED', [usage]);
    expect(isEmulated(parseCertificate(new Uint8Array(byName.rawData)))).toBe(true);
    const byPolicy = await selfSigned('CN=release', [new x509.CertificatePolicyExtension([EMULATED_POLICY_OID])]);
    expect(isEmulated(parseCertificate(new Uint8Array(byPolicy.rawData)))).toBe(true);
  });
  test('signs nothing that only some reader takes for a certificate', async () => {
    const tbs = parseCertificate(craft()).tbs;
    const indefinite = Uint8Array.from([
      0x30,
      0x80,
      ...tbs.subarray((tbs[1] as number) & 0x80 ? 2 + ((tbs[1] as number) & 0x7f) : 2),
      0,
      0,
    ]);
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(
      signerOf('ec-p256', { allowCertificates: true, allowOpaque: true }, emulator),
    );
    for (const message of [tbs, indefinite])
      await expect(crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, message)).rejects.toThrow(refused);
  });
});

describe('handles', () => {
  test('a private key cannot be exported, wrapped or used otherwise', async () => {
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(signerOf('ec-p256'));
    expect(privateKey).toMatchObject({ type: 'private', extractable: false, usages: ['sign'] });
    expect(Object.isFrozen(privateKey)).toBe(true);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow(code('ERR_KEY_NOT_USABLE'));
    await expect(crypto.subtle.wrapKey('raw', privateKey, privateKey, 'AES-KW')).rejects.toThrow(code('ERR_KEY_NOT_USABLE'));
    await expect(crypto.subtle.verify('ECDSA', privateKey, new Uint8Array(), new Uint8Array())).rejects.toThrow(
      code('ERR_KEY_NOT_USABLE'),
    );
  });
  test('a handle means nothing to the platform or to another instance', async () => {
    const { privateKey } = await createHsmCrypto().importHsmKey(signerOf('ec-p256'));
    const parameters = { name: 'ECDSA', hash: 'SHA-256' };
    await expect(webcrypto.subtle.sign(parameters, privateKey, new Uint8Array())).rejects.toThrow(TypeError);
    await expect(createHsmCrypto().subtle.sign(parameters, privateKey, new Uint8Array())).rejects.toThrow(TypeError);
    await expect(createHsmCrypto().subtle.sign(parameters, { ...privateKey }, new Uint8Array())).rejects.toThrow(TypeError);
  });
  test('the platform answers everything else', async () => {
    const crypto = createHsmCrypto();
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array());
    expect(Buffer.from(digest).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const own = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    expect((await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, own.privateKey, new Uint8Array())).byteLength).toBe(64);
    expect(crypto.getRandomValues(new Uint8Array(8))).toHaveLength(8);
    expect(crypto.randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
  });
  test('a misspelt option is refused', () =>
    expect(() => createHsmCrypto({ fallBack: webcrypto } as object)).toThrow(code('ERR_INVALID_ARGUMENT')));
});

describe('keys that need approval', () => {
  /** A backend whose key people must approve, and never do. */
  function undecided(needsApproval: boolean | undefined) {
    const created: string[] = [];
    const by: KeyBackend = {
      ...backend,
      describeKey: async (ref) => ({ ...(await backend.describeKey(ref)), needsApproval }),
      begin: async () => ({ pending: `request-${created.push('one')}` }),
      poll: async () => ({ status: 'pending' }),
    };
    return { by, created };
  }
  const parameters = { name: 'ECDSA', hash: 'SHA-256' };

  test('are refused before anybody is asked, unless a wait is named', async () => {
    const { by, created } = undecided(true);
    await expect(createHsmCrypto().importHsmKey(signerOf('ec-p256', { allowCertificates: true }, by))).rejects.toThrow(
      code('ERR_CAPABILITY_MISSING'),
    );
    expect(created).toEqual([]);
  });
  test.each([
    [true, 5],
    [undefined, undefined],
  ])('with needsApproval %s the request id survives the wait of %s ms', async (needsApproval, waitMs) => {
    const { by } = undecided(needsApproval);
    const crypto = createHsmCrypto();
    const { privateKey } = await crypto.importHsmKey(
      signerOf('ec-p256', { allowCertificates: true }, by),
      waitMs === undefined ? {} : { waitMs },
    );
    await expect(crypto.subtle.sign(parameters, privateKey, await messages['x509-certificate']())).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_APPROVAL_PENDING', details: expect.objectContaining({ requestId: 'request-1' }) }),
    );
  });
});
