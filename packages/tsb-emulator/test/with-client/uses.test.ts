import { utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { connect } from './connect.js';

const message = utf8Bytes('a "quoted" message');
const other = utf8Bytes('another message');

describe('client.ciphers, client.wrapping and client.sign.verify with the emulator', () => {
  it('AES-GCM opens with what encryption gave, and with no other data', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'aes', algorithm: 'AES', keySize: 256, policy: null, attributes: { encrypt: true } });
    const common = { label: 'aes', algorithm: 'AES_GCM', tagLength: 128, additionalAuthenticationData: other } as const;
    const sealed = await client.ciphers.encrypt({ ...common, payload: message });
    const { encryptedPayload, initializationVector = new Uint8Array() } = sealed;
    expect(encryptedPayload.byteLength).toBe(message.byteLength + 16);
    expect(sealed.encryptedPayloadWithoutMessageAuthenticationCode?.byteLength).toBe(message.byteLength);
    const request = { ...common, encryptedPayload, initializationVector };
    expect(await client.ciphers.decrypt.synchronous(request)).toEqual(message);
    const wrong = client.ciphers.decrypt.synchronous({ ...request, additionalAuthenticationData: message });
    await expect(wrong).rejects.toMatchObject({ name: 'SignError' });
  });

  it('a request for a decryption of a plain key ends with the plaintext', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'aes', algorithm: 'AES', keySize: 128, policy: null, attributes: { encrypt: true } });
    const { encryptedPayload, initializationVector = new Uint8Array() } = await client.ciphers.encrypt({
      label: 'aes',
      algorithm: 'AES',
      payload: message,
    });
    const request = { label: 'aes', algorithm: 'AES', encryptedPayload, initializationVector } as const;
    const id = await client.ciphers.decrypt.asynchronous({ ...request, metaData: utf8Bytes('{}') });
    const { status, result } = await client.requests.get(id);
    expect([status, result]).toEqual(['EXECUTED', Buffer.from(message).toString('base64')]);
  });

  it('a wrapped key is the same key when it is unwrapped', async () => {
    const { client } = connect();
    const wrapping = { decrypt: false, unwrap: true, wrap: true } as const;
    await client.keys.create({ label: 'kek', algorithm: 'AES', keySize: 256, policy: null, attributes: wrapping });
    await client.keys.create({ label: 'ec', spec: 'ec-p256', policy: null, attributes: { extractable: true, sensitive: false } });
    const wrapMethod = 'AES_WRAP_PAD_EC';
    const wrappedKey = await client.wrapping.wrap({ keyToBeWrapped: 'ec', wrapKeyName: 'kek', wrapMethod });
    const attributes = { decrypt: false, sign: true, unwrap: false };
    const request = { label: 'copy', wrappedKey, attributes, unwrapKeyName: 'kek', wrapMethod } as const;
    await client.wrapping.unwrap.synchronous({ ...request, policy: null });
    const [from, to] = [await client.keys.attributes('ec'), await client.keys.attributes('copy')];
    expect(to.json.publicKey).toBe(from.json.publicKey);
  });

  it.each(['DER', 'RAW'] as const)('the HSM says of a signature in %s whether it is valid', async (signatureType) => {
    const { client } = connect();
    await client.keys.create({ label: 'ec', spec: 'ec-p256', policy: null });
    const key = { label: 'ec', algorithm: 'SHA256_WITH_ECDSA' } as const;
    const signature = await client.sign.synchronous({ ...key, payload: message, signatureType });
    expect(await client.sign.verify({ ...key, payload: message, signature })).toBe(true);
    expect(await client.sign.verify({ ...key, payload: other, signature })).toBe(false);
  });

  it('random bytes are as many as asked for', async () => {
    const { client } = connect();
    const [one, two] = [await client.random(32), await client.random(32)];
    expect([one.byteLength, two.byteLength]).toEqual([32, 32]);
    expect(one).not.toEqual(two);
  });
});
