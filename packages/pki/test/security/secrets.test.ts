import { base64urlBytes, createSigner, type KeyBackend, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret } from '../../../testing/src/index.js';
import {
  createHsmCrypto,
  parseCertificate,
  parseCertificates,
  pemBlocks,
  pemBytes,
  prepareCertificate,
} from '../../src/index.js';
import { subject, testKey, validity } from '../issue.js';

const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
const key = testKey('ec-p256', 'secret');
const scalar = base64urlBytes(String(key.privateKey.export({ format: 'jwk' }).d));

describe('a key behind WebCrypto (S37)', () => {
  it('shows up nowhere, whatever is asked of its handle', async () => {
    await expectNoSecret({ scalar }, async ({ show }) => {
      const backend = createMemoryBackend();
      backend.addKey({ label: 'k', privateKey: key.privateKey });
      const crypto = createHsmCrypto();
      const keys = await crypto.importHsmKey(createSigner(backend, { label: 'k' }, { allowOpaque: true }));
      const { subtle } = crypto;
      show([crypto, keys, subtle, await subtle.sign(algorithm, keys.privateKey, utf8Bytes('m'))]);
      const attempts = [
        subtle.exportKey('pkcs8', keys.privateKey),
        subtle.exportKey('jwk', keys.privateKey),
        subtle.wrapKey('raw', keys.privateKey, keys.publicKey, 'RSA-OAEP'),
        subtle.sign({ name: 'HMAC' }, keys.privateKey, utf8Bytes('m')),
        subtle.sign(algorithm, keys.privateKey, utf8Bytes('DSSEv1 1 a 1 b')),
      ];
      for (const attempt of await Promise.allSettled(attempts)) {
        expect(attempt.status).toBe('rejected');
        show((attempt as PromiseRejectedResult).reason);
      }
      return structuredClone({ ...keys.privateKey });
    });
  });

  it('whose backend fails passes on what the backend says, and adds nothing', async () => {
    const password = createSentinel('password');
    const software = createMemoryBackend();
    software.addKey({ label: 'k', privateKey: key.privateKey });
    const login = async (given: string) => Promise.reject(new Error(`a login of ${given.length} characters failed`));
    const backend: KeyBackend = { ...software, begin: () => login(password) };
    const { error } = await expectNoSecret({ password, scalar }, async ({ show }) => {
      const crypto = createHsmCrypto();
      const keys = await crypto.importHsmKey(createSigner(backend, { label: 'k' }, { allowOpaque: true }));
      show([crypto, keys]);
      return crypto.subtle.sign(algorithm, keys.privateKey, utf8Bytes('m'));
    });
    expect(error).toMatchObject({ message: `a login of ${password.length} characters failed` });
  });
});

describe('a private key where a certificate belongs is refused without a word of it (S38):', () => {
  const pem = String(key.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const der = Uint8Array.from(key.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const encrypted = String(key.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }));
  const sealed = encrypted.split('\n').slice(1, -2).join('');

  it.each<[string, () => unknown]>([
    ['as PEM', () => parseCertificates(utf8Bytes(pem))],
    ['as encrypted PEM', () => parseCertificates(utf8Bytes(encrypted))],
    ['as PEM for another label', () => pemBytes(pem, 'CERTIFICATE')],
    ['as PEM cut off', () => pemBlocks(pem.slice(0, -30))],
    ['as PEM with a bad line', () => pemBlocks(pem.replace(/\n(.{20})/, '\n$1!'))],
    ['as DER', () => parseCertificate(der)],
    ['as list of certificates in DER', () => parseCertificates(der)],
    ['as public key', () => prepareCertificate({ subject, validity, profile: 'leaf', key: { spki: der } })],
    ['as subject', () => prepareCertificate({ subject: pem, validity, profile: 'leaf', key })],
  ])('%s', async (_, run) => {
    const { error } = await expectNoSecret({ scalar, sealed, body: pem.split('\n').slice(1, -2).join('') }, run);
    expect(error).toMatchObject({ name: 'SignError' });
  });
});
