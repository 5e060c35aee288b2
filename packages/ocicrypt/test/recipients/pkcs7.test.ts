import { createPrivateKey } from 'node:crypto';
import { base64Bytes, type KeyOperation, type SignError } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { issue, testKey } from '../../../pki/test/issue.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { localPrivateKey } from '../../src/recipients/keys/local-key.js';
import { type Pkcs7Key, pkcs7Opener } from '../../src/recipients/pkcs7/pkcs7-opener.js';
import { pkcs7Recipient } from '../../src/recipients/pkcs7/pkcs7-recipient.js';
import { readPkcs7 } from '../../src/recipients/pkcs7/read-pkcs7.js';
import { appendixA, appendixRsaKey, openWithNode, sampleOptions } from './vectors.js';

const name = 'org.opencontainers.image.enc.keys.pkcs7';
const layer = { digest: `sha256:${'0'.repeat(64)}` };
const v4 = base64Bytes(appendixA.v4.packet);
const allowPkcs1 = true;

const pair = (key = appendixRsaKey(), options = { allowPkcs1 }): Pkcs7Key => ({
  key: localPrivateKey(key, options),
  certificate: base64Bytes(appendixA.certificate),
});
const open = (packet: Uint8Array | string, ...keys: Pkcs7Key[]) =>
  startUnwrapping([pkcs7Opener({ keys })]).unwrapLayer(
    { [name]: typeof packet === 'string' ? packet : Buffer.from(packet).toString('base64') },
    layer,
  );
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ code, message }: SignError) => ({ code, message }),
  );
const changed = (packet: Uint8Array, at: number, xor = 1) => packet.with(at, (packet[at] as number) ^ xor);

describe('a pkcs7 packet of skopeo (V4)', () => {
  it('opens its layer with the private key and the certificate', async () => {
    const optsdata = await open(v4, pair());
    expect(openWithNode(optsdata, appendixA.v4)).toEqual(Buffer.from(base64Bytes(appendixA.plainLayer)));
  });

  it('opens with the constructed bit in the parameters, which other writers set', async () => {
    const at = Buffer.from(v4).indexOf(Buffer.from('10133011840c', 'hex'));
    expect(await open(v4.with(at, 0x30), pair())).toEqual(await open(v4, pair()));
  });

  it('needs the named option, because its padding is PKCS#1 v1.5', async () => {
    await expect(open(v4, { ...pair(), key: localPrivateKey(appendixRsaKey()) })).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
    });
  });

  it('is nobody’s without its certificate, and a certificate of another key is refused', async () => {
    const other = await issue(testKey('rsa-2048'));
    await expect(open(v4, { key: localPrivateKey(rsaKey(), { allowPkcs1 }), certificate: other.der })).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_FOUND',
    });
    await expect(open(v4, pair(rsaKey()))).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });

  it('with bad padding, a key of another length and a bad tag fails the same way, by one call of the key each', async () => {
    const encryptedKey = readPkcs7(v4).recipients[0]?.encryptedKey as Uint8Array;
    const keyAt = Buffer.from(v4).indexOf(encryptedKey);
    let calls = 0;
    const backend = {
      ...createMemoryBackend(),
      describeKey: async () => {
        const memory = createMemoryBackend();
        return memory.addKey({ label: 'k', privateKey: appendixRsaKey(), purpose: 'decrypt' });
      },
      begin: async (operation: KeyOperation) => {
        calls++;
        if (operation.kind !== 'decrypt') throw new Error('not asked for');
        // What a token answers: a key of another length, or the right one.
        return { done: new Uint8Array(answers.shift() ?? 16) };
      },
    };
    const answers = [16, 15, 0];
    const key = { ...pair(), key: backendPrivateKey(backend, { label: 'k' }, { allowPkcs1 }) };
    const failures = [
      await failure(open(changed(v4, keyAt + 9), pair())),
      await failure(open(changed(v4, v4.byteLength - 1), pair())),
      await failure(open(v4, key)),
      await failure(open(v4, key)),
      await failure(open(v4, key)),
    ];
    expect(new Set(failures.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(failures[0]?.code).toBe('ERR_REQUEST_FAILED');
    expect(calls).toBe(3);
  });

  it('that is cut, longer, or has another structure is refused before any key is asked', () => {
    const codes = (packet: Uint8Array) => {
      try {
        readPkcs7(packet);
        return 'read';
      } catch (error) {
        return (error as SignError).code;
      }
    };
    expect(codes(v4)).toBe('read');
    for (const length of [0, 1, 20, 100, v4.byteLength - 1]) expect(codes(v4.subarray(0, length))).toBe('ERR_MALFORMED');
    expect(codes(Uint8Array.of(...v4, 0))).toBe('ERR_MALFORMED');
    expect(codes(new Uint8Array(70_000))).toBe('ERR_LIMIT');
    const at = (hex: string) => Buffer.from(v4).indexOf(Buffer.from(hex, 'hex'));
    // Another content type, another key encryption, another cipher.
    for (const oid of ['2a864886f70d010703', '2a864886f70d010101', '608648016503040106', '2a864886f70d010701'])
      expect(codes(changed(v4, at(oid) + oid.length / 2 - 1, 0x40))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(codes(changed(v4, at('10133011840c') + 5))).toBe('ERR_MALFORMED');
    expect(codes(changed(v4, v4.indexOf(0x31)))).toBe('ERR_MALFORMED');
  });
});

describe('a pkcs7 packet of ours', () => {
  it('for two certificates opens with each of them, in this process and behind a backend', async () => {
    const [one, two] = [await issue(testKey('rsa-2048')), await issue(testKey('rsa-3072'), { serial: 'f0'.repeat(8) })];
    const session = await startWrapping([pkcs7Recipient({ certificates: [one.der, two.der] })]);
    const annotation = (await session.wrapLayer(sampleOptions(), layer))[name] as string;
    expect(await open(annotation, { key: localPrivateKey(rsaKey(), { allowPkcs1 }), certificate: one.der })).toEqual(
      sampleOptions(),
    );
    const key = localPrivateKey(createPrivateKey(rsaKey(3072).export({ type: 'pkcs8', format: 'pem' })), { allowPkcs1 });
    expect(await open(annotation, { key, certificate: two.der })).toEqual(sampleOptions());
  });

  it('is not written for a certificate with an EC key', async () => {
    const { der } = await issue(testKey('ec-p256'));
    expect(() => pkcs7Recipient({ certificates: [der] })).toThrow(expect.objectContaining({ code: 'ERR_ALGORITHM_UNSUPPORTED' }));
  });
});
