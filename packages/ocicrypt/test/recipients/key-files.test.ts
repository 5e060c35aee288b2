import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignError, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { readPrivateKeyFile, readPublicKeyFile } from '../../src/recipients/keys/key-files.js';

const rsa = rsaKey();
const { privateKey: ec, publicKey: ecPublic } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsaPublic = createPublicKey(rsa);
const file = (content: string | Buffer | object) =>
  Buffer.isBuffer(content)
    ? Uint8Array.from(content)
    : utf8Bytes(typeof content === 'string' ? content : JSON.stringify(content));
const jwk = (key: KeyObject, more = {}) => file({ ...key.export({ format: 'jwk' }), ...more });
const code = (work: () => unknown) => {
  try {
    work();
    return 'read';
  } catch (error) {
    return SignError.is(error) ? error.code : error;
  }
};

describe('a key file', () => {
  it.each<[string, KeyObject, Uint8Array]>([
    ['SubjectPublicKeyInfo in PEM', rsaPublic, file(rsaPublic.export({ type: 'spki', format: 'pem' }))],
    ['PKCS#1 in PEM', rsaPublic, file(rsaPublic.export({ type: 'pkcs1', format: 'pem' }))],
    ['SubjectPublicKeyInfo in DER', ecPublic, file(ecPublic.export({ type: 'spki', format: 'der' }))],
    ['PKCS#1 in DER', rsaPublic, file(rsaPublic.export({ type: 'pkcs1', format: 'der' }))],
    ['a JWK', ecPublic, jwk(ecPublic)],
  ])('with a public key may be %s', (_, key, bytes) => {
    expect(readPublicKeyFile(bytes).publicKey.equals(key)).toBe(true);
  });

  const password = 'secret';
  const encryption = { cipher: 'aes-128-cbc', passphrase: password };
  it.each<[string, KeyObject, Uint8Array]>([
    ['PKCS#8 in PEM', rsa, file(rsa.export({ type: 'pkcs8', format: 'pem' }))],
    ['PKCS#1 in PEM', rsa, file(rsa.export({ type: 'pkcs1', format: 'pem' }))],
    ['SEC 1 in PEM, which ocicrypt leaves out', ec, file(ec.export({ type: 'sec1', format: 'pem' }))],
    ['encrypted PKCS#8, which ocicrypt leaves out', ec, file(ec.export({ type: 'pkcs8', format: 'pem', ...encryption }))],
    ['encrypted PKCS#1 of old', rsa, file(rsa.export({ type: 'pkcs1', format: 'pem', ...encryption }))],
    ['PKCS#8 in DER', ec, file(ec.export({ type: 'pkcs8', format: 'der' }))],
    ['PKCS#1 in DER', rsa, file(rsa.export({ type: 'pkcs1', format: 'der' }))],
    ['SEC 1 in DER', ec, file(ec.export({ type: 'sec1', format: 'der' }))],
    ['a JWK', ec, jwk(ec)],
  ])('with a private key may be %s', (_, key, bytes) => {
    expect(readPrivateKeyFile(bytes, { password }).equals(key)).toBe(true);
  });

  it('may say its algorithm in a JWK, which must be one of ocicrypt’s', () => {
    expect(readPublicKeyFile(jwk(rsaPublic, { alg: 'RSA-OAEP-256' })).algorithm).toBe('RSA-OAEP-256');
    expect(code(() => readPublicKeyFile(jwk(rsaPublic, { alg: 'RSA1_5' })))).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('with a private key, a certificate or garbage is no public key', () => {
    const garbage = [
      '',
      'garbage',
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
      '{"kty":"EC"}',
      '{"kty":"oct","k":"AA"}',
      '-----BEGIN CERTIFICATE-----',
    ];
    const bad = [...garbage.map(file), jwk(ec), file(rsa.export({ type: 'pkcs8', format: 'pem' })), Uint8Array.of(0x30, 0)];
    for (const bytes of bad) expect(code(() => readPublicKeyFile(bytes))).toBe('ERR_MALFORMED');
    expect(code(() => readPublicKeyFile(new Uint8Array(70_000)))).toBe('ERR_LIMIT');
  });

  it('that is encrypted says so without its password, and a public key is no private one', () => {
    const encrypted = file(ec.export({ type: 'pkcs8', format: 'pem', ...encryption }));
    expect(code(() => readPrivateKeyFile(encrypted))).toBe('ERR_AUTHENTICATION');
    expect(code(() => readPrivateKeyFile(encrypted, { password: 'other' }))).toBe('ERR_AUTHENTICATION');
    for (const bytes of [jwk(ecPublic), file(rsaPublic.export({ type: 'spki', format: 'pem' })), file('garbage')])
      expect(code(() => readPrivateKeyFile(bytes))).toBe('ERR_MALFORMED');
  });
});
