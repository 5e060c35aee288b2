import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { base64Text, spkiOf, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { rootCertificate } from '../../../notation-envelope/test/helpers/certificates.js';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { cosignPublicKeyPem, keyHint, readCosignPublicKey, storedSignature, verifyStoredSignature } from '../../src/index.js';
import { testKey, vectorKey } from '../signing/keys.js';

const code = (pem: string | Uint8Array) => thrown(() => readCosignPublicKey(pem)).code;

describe('a public key', () => {
  it('is written and hinted at as cosign does it (vectors of the reference)', () => {
    expect(cosignPublicKeyPem(vectorKey.spki)).toBe(
      `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEb/A7lJJBzh2t1DUZ5pYOCoW0Gmmg
XDKBA6orzhWUyhY8T3U6Vb8B3FP2wLDH7ueLQMb/fSWpbiKCuYnO9xwUSg==
-----END PUBLIC KEY-----
`,
    );
    expect(base64Text(keyHint(vectorKey.spki))).toBe('+FeuTtbjTjN2Guolyq7j/lShWWD7ktzWOjdasSHesqk=');
  });

  it.each(['ec-p256', 'ec-p384', 'ec-p521', 'rsa-2048', 'ed25519'])('of %s is read back as it was', (spec) => {
    const { spki } = testKey(spec);
    expect(readCosignPublicKey(cosignPublicKeyPem(spki))).toEqual({ spki, spec });
  });

  it('may be PKCS#1, have text before it, CRLF, and other blocks behind it', () => {
    const { privateKey, spki } = testKey('rsa-2048');
    const pkcs1 = createPublicKey(privateKey).export({ type: 'pkcs1', format: 'pem' }) as string;
    const pem = `our key\r\n${pkcs1.replaceAll('\n', '\r\n')}${pemText(rootCertificate(), 'CERTIFICATE')}`;
    expect(readCosignPublicKey(utf8Bytes(pem))).toEqual({ spki, spec: 'rsa-2048' });
  });

  it('is never a certificate, a private key, DER, or nothing', () => {
    const { privateKey, spki } = testKey('ec-p256');
    expect(code(pemText(rootCertificate(), 'CERTIFICATE'))).toBe('ERR_MALFORMED');
    expect(code(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)).toBe('ERR_MALFORMED');
    expect(code(spki)).toBe('ERR_MALFORMED');
    expect(code('')).toBe('ERR_MALFORMED');
    expect(code(pemText(spki, 'RSA PUBLIC KEY'))).toBe('ERR_MALFORMED');
    expect(code(pemText(new Uint8Array(40), 'PUBLIC KEY'))).toBe('ERR_MALFORMED');
  });

  it('is refused with what was given in its place: a certificate, or a path', () => {
    const message = (given: string) => thrown(() => readCosignPublicKey(given)).message;
    expect(message(pemText(rootCertificate(), 'CERTIFICATE'))).toMatch(/the first block is a CERTIFICATE$/);
    expect(message('cosign.pub')).toMatch(/a path is not read$/);
  });

  it('is of a kind that cosign can verify with', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    expect(code(pemText(spkiOf(publicKey), 'PUBLIC KEY'))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(thrown(() => cosignPublicKeyPem(spkiOf(publicKey))).code).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });
});

describe('a signature as it is stored', () => {
  const message = utf8Bytes('message');
  const key = testKey('ec-p256');
  const publicKey = createPublicKey(key.privateKey);
  const raw = key.sign('ecdsa-sha256', message);
  const der = storedSignature('ecdsa-sha256', raw);
  const verifies = (signature: Uint8Array) => verifyStoredSignature(publicKey, 'ecdsa-sha256', message, signature);

  it('is DER for ECDSA, which nothing but strict DER may be', () => {
    expect(verifies(der)).toBe(true);
    const long = Uint8Array.of(0x30, 0x81, ...der.subarray(1));
    const padded = Uint8Array.of(0x30, (der[1] as number) + 1, 0x02, (der[3] as number) + 1, 0, ...der.subarray(4));
    const behind = Uint8Array.of(...der, 0);
    const indefinite = Uint8Array.of(0x30, 0x80, ...der.subarray(2), 0, 0);
    for (const other of [raw, long, padded, behind, indefinite, new Uint8Array(), der.subarray(0, -1)])
      expect(verifies(other)).toBe(false);
  });

  it('is of the key and the algorithm that the verifier names, and of no other', () => {
    expect(verifyStoredSignature(createPublicKey(testKey('ec-p256', 'two').privateKey), 'ecdsa-sha256', message, der)).toBe(
      false,
    );
    expect(verifyStoredSignature(publicKey, 'ecdsa-sha384', message, der)).toBe(false);
    expect(verifyStoredSignature(publicKey, 'rsa-pkcs1-sha256', message, der)).toBe(false);
    const rsa = testKey('rsa-2048');
    const pss = rsa.sign('rsa-pss-sha256', message);
    expect(verifyStoredSignature(createPublicKey(rsa.privateKey), 'rsa-pkcs1-sha256', message, pss)).toBe(false);
  });
});
