import { constants, createPublicKey, createSecretKey, privateDecrypt, publicEncrypt } from 'node:crypto';
import { hexBytes, hexText, utf8Bytes, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { rsaDecrypt, rsaEncrypt } from '../../src/crypto/rsa-cipher.js';
import { secretDecrypt, secretEncrypt } from '../../src/crypto/secret-cipher.js';

const privateKey = rsaKey();
const publicKey = createPublicKey(privateKey);
const text = utf8Bytes('optsdata');

describe('RSA ciphers (§3.4)', () => {
  it.each(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])('OAEP with %s is that of OpenSSL, both ways', (oaepHash) => {
    const name = `RSA_PADDING_OAEP_WITH_${oaepHash.toUpperCase()}`;
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    expect(privateDecrypt({ key: privateKey, padding, oaepHash }, rsaEncrypt(publicKey, name, text))).toEqual(Buffer.from(text));
    expect(rsaDecrypt(privateKey, name, publicEncrypt({ key: publicKey, padding, oaepHash }, text))).toEqual(text);
  });

  it.each(['RSA', 'RSA_PADDING_PKCS'])('%s is PKCS#1 v1.5', (name) => {
    const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, rsaEncrypt(publicKey, name, text));
    expect([...block.subarray(0, 2)]).toEqual([0, 2]);
    expect(block.indexOf(0, 2)).toBe(256 - text.byteLength - 1);
    expect(rsaDecrypt(privateKey, name, publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, text))).toEqual(
      text,
    );
  });

  it('RSA_NO_PADDING gives the full block, zeros before what went in', () => {
    const block = rsaDecrypt(privateKey, 'RSA_NO_PADDING', rsaEncrypt(publicKey, 'RSA_NO_PADDING', text));
    expect(block.byteLength).toBe(256);
    expect(hexText(block)).toBe(`${'00'.repeat(256 - text.byteLength)}${hexText(text)}`);
  });

  it('a payload that does not fit is 612, one that cannot be decrypted fails alike for every reason', () => {
    const long = new Uint8Array(256).fill(0xff);
    for (const name of ['RSA', 'RSA_PADDING_OAEP', 'RSA_NO_PADDING'])
      expect(() => rsaEncrypt(publicKey, name, long)).toThrow(
        expect.objectContaining({ details: expect.objectContaining({ upstreamCode: 612 }) }),
      );
    const failures = ['RSA', 'RSA_PADDING_OAEP'].flatMap((name) =>
      [new Uint8Array(256).fill(1), new Uint8Array(3), long].map((bytes) => {
        try {
          return rsaDecrypt(privateKey, name, bytes);
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    expect(new Set(failures).size).toBe(1);
  });
});

describe('secret-key ciphers (§3.4)', () => {
  const bits = { AES: [128, 192, 256], Camellia: [128, 192, 256], TDEA: [192], ChaCha20: [256] };
  const key = (size: number) => createSecretKey(Buffer.alloc(size / 8, 7));

  /** NIST SP 800-38A F.1.1 and F.5.1, first block; RFC 3713 appendix A; RFC 8439 §2.8.2. */
  it('decrypts published ciphertexts', () => {
    const aes = createSecretKey(Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'));
    const none = { tagLength: 0 };
    expect(hexText(secretDecrypt(aes, 'AES_ECB', hexBytes('3ad77bb40d7a3660a89ecaf32466ef97'), none))).toBe(
      '6bc1bee22e409f96e93d7e117393172a',
    );
    const ctr = { tagLength: 0, iv: hexBytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff') };
    expect(hexText(secretDecrypt(aes, 'AES_CTR', hexBytes('874d6191b620e3261bef6864990db6ce'), ctr))).toBe(
      '6bc1bee22e409f96e93d7e117393172a',
    );
    const camellia = createSecretKey(Buffer.from('0123456789abcdeffedcba9876543210', 'hex'));
    expect(hexText(secretDecrypt(camellia, 'CAMELLIA_ECB', hexBytes('67673138549669730857065648eabe43'), none))).toBe(
      '0123456789abcdeffedcba9876543210',
    );
    const chacha = createSecretKey(Buffer.from('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f', 'hex'));
    const sealed = hexBytes(
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
    );
    const aead = { iv: hexBytes('070000004041424344454647'), aad: hexBytes('50515253c0c1c2c3c4c5c6c7'), tagLength: 128 };
    expect(utf8Text(secretDecrypt(chacha, 'CHACHA20_AEAD', sealed, aead))).toMatch(/^Ladies and Gentlemen of the class of '99/);
  });

  /** RFC 8439 §2.4.2, whose first counter is 1: the same stream from its second block on. */
  it('CHACHA20 counts its blocks from zero', () => {
    const chacha = createSecretKey(Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex'));
    const iv = hexBytes('000000000000004a00000000');
    const stream = secretDecrypt(chacha, 'CHACHA20', new Uint8Array(128), { iv, tagLength: 0 });
    expect(hexText(stream.subarray(64, 80))).toBe('224f51f3401bd9e12fde276fb8631ded');
  });

  it.each([
    ['AES_GCM', 'AES', 128],
    ['AES_CTR', 'AES', 0],
    ['AES_ECB', 'AES', 0],
    ['AES_CBC_NO_PADDING', 'AES', 0],
    ['AES', 'AES', 0],
    ['CHACHA20', 'ChaCha20', 0],
    ['CHACHA20_AEAD', 'ChaCha20', 128],
    ['CAMELLIA', 'Camellia', 0],
    ['CAMELLIA_CBC_NO_PADDING', 'Camellia', 0],
    ['CAMELLIA_ECB', 'Camellia', 0],
    ['TDEA_CBC', 'TDEA', 0],
    ['TDEA_ECB', 'TDEA', 0],
    ['TDEA_CBC_NO_PADDING', 'TDEA', 0],
  ] as const)('%s decrypts what it encrypts, with every size of key', (name, family, tagLength) => {
    const blocks = fc.integer({ min: 1, max: 4 }).chain((n) => fc.uint8Array({ minLength: 48 * n, maxLength: 48 * n }));
    fc.assert(
      fc.property(blocks, fc.constantFrom(...bits[family]), (payload, size) => {
        const { ciphertext, iv, tag } = secretEncrypt(key(size), name, payload, { tagLength });
        const sent = Buffer.concat([ciphertext, tag ?? new Uint8Array()]);
        expect(secretDecrypt(key(size), name, sent, { iv, tagLength })).toEqual(Uint8Array.from(payload));
      }),
      { numRuns: 10 },
    );
  });

  it('AES_GCM makes a 12-byte IV and a tag of the asked length, over the additional data', () => {
    const aad = utf8Bytes('layer 1');
    const { iv, tag, ciphertext } = secretEncrypt(key(256), 'AES_GCM', utf8Bytes('eighteen bytes txt'), { tagLength: 104, aad });
    expect([ciphertext.byteLength, iv?.byteLength, tag?.byteLength]).toEqual([18, 12, 13]);
    const sent = Buffer.concat([ciphertext, tag ?? new Uint8Array()]);
    expect(utf8Text(secretDecrypt(key(256), 'AES_GCM', sent, { iv, aad, tagLength: 104 }))).toBe('eighteen bytes txt');
    expect(() => secretDecrypt(key(256), 'AES_GCM', sent, { iv, tagLength: 104 })).toThrow('cannot be decrypted');
  });

  it.each([
    ['AES_GCM', 0],
    ['AES_GCM', 100],
    ['AES_CTR', 128],
    ['CHACHA20_AEAD', 64],
  ])('%s refuses a tag of %i bits with 624', (name, tagLength) => {
    const family = name.startsWith('AES') ? 'AES' : 'ChaCha20';
    expect(() => secretEncrypt(key(bits[family].at(-1) ?? 0), name, text, { tagLength })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ upstreamCode: 624 }) }),
    );
  });
});
