import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { base64Text } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support.js';

const rights = { sign: true, decrypt: true, unwrap: true };
const bytes = (length: number, value = 255) => base64Text(new Uint8Array(length).fill(value));
let world: World;

/** What the call says: well-formed, but nothing that keys, files or names can be. */
const codeOf = async (path: string, body: object) => {
  const answer = await world.call('POST', path, body);
  return answer.status < 300 ? answer.status : answer.body.errorCode;
};

beforeAll(async () => {
  world = createWorld();
  const extractable = { extractable: true, sensitive: false };
  await world.tsb.addKey({ label: 'rsa', spec: 'rsa-2048', attributes: rights });
  await world.tsb.addKey({ label: 'aes', spec: 'aes-128', attributes: rights });
  await world.tsb.addKey({ label: 'ec', spec: 'ec-p256', attributes: { ...rights, ...extractable, derive: true } });
  await world.tsb.addKey({ label: 'ed', spec: 'ed25519', attributes: { derive: true } });
  await world.tsb.addKey({ label: 'ml', spec: 'ml-dsa-44', attributes: extractable });
});

describe('well-formed calls that make no sense have a code, and never an internal error', () => {
  it.each([
    ['rsa', { modulusLength: 1024 }, 101],
    ['x25519', undefined, 101],
    ['ed448', undefined, 101],
    ['ec', { namedCurve: 'brainpoolP256r1' }, 101],
    ['ec', { namedCurve: 'secp224r1' }, 101],
    ['rsa-pss', { modulusLength: 2048 }, 101],
  ])('importing a key of type %s %j', async (type, options, errorCode) => {
    const make = generateKeyPairSync as unknown as (
      type: string,
      options: unknown,
    ) => Record<'privateKey' | 'publicKey', KeyObject>;
    const { privateKey, publicKey } = make(type, options);
    for (const algorithm of ['RSA', 'EC', 'ED']) {
      const fields = { label: 'odd', algorithm, attributes: rights };
      const pkcs8 = base64Text(privateKey.export({ format: 'der', type: 'pkcs8' }));
      const spki = base64Text(publicKey.export({ format: 'der', type: 'spki' }));
      expect(await codeOf('/v1/key/import/plain', { ...fields, privateKey: pkcs8 })).toBe(errorCode);
      expect(await codeOf('/v1/key/import/plain', { ...fields, publicKey: spki })).toBe(errorCode);
    }
  });

  it.each(['RSA', 'RSA_PADDING_OAEP_WITH_SHA512', 'RSA_NO_PADDING'])('%s over any number of bytes', async (cipherAlgorithm) => {
    for (const length of [1, 245, 255, 256, 257]) {
      const encryptRequest = { payload: bytes(length), encryptKeyName: 'rsa', cipherAlgorithm };
      expect([200, 612]).toContain(await codeOf('/v1/encrypt', { encryptRequest }));
      const decryptRequest = { encryptedPayload: bytes(length), decryptKeyName: 'rsa', cipherAlgorithm };
      expect(await codeOf('/v1/synchronousDecrypt', { decryptRequest })).toBe(410);
    }
  });

  it.each(['AES_GCM', 'AES_CTR', 'AES', 'AES_ECB'])('%s with any payload and initialization vector', async (cipherAlgorithm) => {
    for (const length of [1, 12, 16, 17])
      for (const iv of [undefined, 1, 12, 16]) {
        const decryptRequest = {
          ...{ encryptedPayload: bytes(length), decryptKeyName: 'aes', cipherAlgorithm },
          ...(iv !== undefined && { initializationVector: bytes(iv) }),
          ...(cipherAlgorithm === 'AES_GCM' && { tagLength: 128 }),
        };
        expect([200, 410, 612]).toContain(await codeOf('/v1/synchronousDecrypt', { decryptRequest }));
      }
  });

  it.each([
    ['AES_WRAP', 'aes', 701],
    ['AES_WRAP_PAD', 'aes', 701],
    ['AES_WRAP_PAD_EC', 'aes', 701],
    ['AES_WRAP_EC', 'aes', 701],
    ['RSA_WRAP_PAD', 'rsa', 701],
    ['RSA_WRAP_OAEP', 'rsa', 701],
    ['ML-KEM-512', 'aes', 600],
  ])('unwrapping anything with %s', async (wrapMethod, unwrapKeyName, errorCode) => {
    for (const length of [1, 8, 24, 40, 256]) {
      const request = { wrappedKey: bytes(length), label: 'u', attributes: rights, unwrapKeyName, wrapMethod };
      expect(await codeOf('/v1/synchronousUnwrap', { unwrapKeyRequest: request })).toBe(errorCode);
    }
  });

  it('ML-DSA keys are not given out', async () => {
    expect(await codeOf('/v1/key/export/plain', { label: 'ml' })).toBe(101);
    const wrapKeyRequest = { keyToBeWrapped: 'ml', wrapKeyName: 'aes', wrapMethod: 'AES_WRAP_PAD_EC' };
    expect(await codeOf('/v1/wrap', { wrapKeyRequest })).toBe(607);
  });

  it.each([
    ['a validity without end', { validity: 9_000_000_000 }, 600],
    ['a name of 65 characters', { commonName: 'x'.repeat(65) }, 600],
    ['half a surrogate pair', { commonName: '\ud800' }, 621],
    ['no name', { commonName: undefined }, 600],
    ['a country of three letters', { standardCertificateAttributes: { commonName: 'x', country: 'CHE' } }, 600],
    ['an algorithm over digests', { signatureAlgorithm: 'NONE_WITH_ECDSA' }, 600],
    ['an algorithm of another key', { signatureAlgorithm: 'EDDSA' }, 607],
    ['empty usages', { keyUsage: [], extendedKeyUsage: [] }, 200],
    ['the usages that nobody asks for', { keyUsage: ['ENCIPHER_ONLY', 'DECIPHER_ONLY'] }, 200],
    ['a derived key, which keeps no certificate', { signKeyName: "ec/0'" }, 200],
  ])('a certificate with %s', async (_, more, expected) => {
    const body = {
      signKeyName: 'ec',
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      certificateAuthority: false,
      commonName: 'x',
      validity: 1,
    };
    expect(await codeOf('/v1/certificate/synchronous/selfsign', { ...body, ...more })).toBe(expected);
  });

  it.each([
    [
      'a seed on a curve without derivation',
      '/v1/importedKey',
      { label: 's', seed: bytes(16), curveOid: '1.3.132.0.34', attributes: rights },
      634,
    ],
    ['a seed on no curve', '/v1/importedKey', { label: 's', seed: bytes(16), curveOid: '1.2.3', attributes: rights }, 603],
    ['a short seed', '/v1/importedKey', { label: 's', seed: bytes(15), curveOid: '1.3.132.0.10', attributes: rights }, 600],
    ['a leading slash', '/v1/derivedKey', { masterKeyLabel: 'ed', derivationPath: "/1'" }, 610],
    ['a new password of a derived name', '/v1/key/changePassword', { label: "ed/2'", newPassword: 'x' }, 611],
    ['the deletion of a derived name', '/v1/key/deleteKey', { label: "ed/2'" }, 611],
    ['a certificate for a derived name', '/v1/certificate/import/plain', { label: "ed/2'", certificate: 'AAAA' }, 650],
    [
      'an approver with a name too long',
      '/v1/approverManagement/create',
      { approverName: 'x'.repeat(70), algorithm: 'RSA', backupPassword: 'a', validity: 1 },
      600,
    ],
    [
      'an approver for ever',
      '/v1/approverManagement/create',
      { approverName: 'x', algorithm: 'RSA', backupPassword: 'a', validity: 99_999_999 },
      600,
    ],
    [
      'an approver with a small key',
      '/v1/approverManagement/create',
      { approverName: 'x', algorithm: 'RSA', keySize: 1024, backupPassword: 'a', validity: 1 },
      603,
    ],
    [
      'a new password of nobody',
      '/v1/approverManagement/restoreFromBackup/forgotPassword',
      { approverName: 'x', newBackupPassword: 'a' },
      413,
    ],
    [
      'an address of an ML-DSA key',
      '/v1/key',
      {
        label: 'a',
        algorithm: 'ML-DSA-44',
        attributes: rights,
        policy: { keyStatus: { blocked: false } },
        addressFormat: { format: 'BTC' },
      },
      605,
    ],
  ])('%s', async (_, path, body, errorCode) => {
    expect(await codeOf(path, body)).toBe(errorCode);
  });
});
