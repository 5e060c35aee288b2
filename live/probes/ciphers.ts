import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

const text = Buffer.from('a layer key of thirty-two bytes!');
const payload = text.toString('base64');
const decrypts = { decrypt: true, sign: false, unwrap: true } as const;

export const probe: Probe = {
  name: 'encryption, wrapping, HMAC',
  async run(world, step) {
    const rsa = await world.key({
      algorithm: { algorithm: 'RSA', keySize: 2048 },
      attributes: { ...decrypts, encrypt: true, wrap: true },
    });
    await step('RSA encrypts and decrypts', async () => {
      for (const cipherAlgorithm of ['RSA_PADDING_OAEP_WITH_SHA256', 'RSA_PADDING_OAEP', 'RSA'] as const) {
        const { encryptedPayload } = await world.call('encrypt', {
          encryptRequest: { payload, encryptKeyName: rsa, cipherAlgorithm },
        });
        const back = await world.call('synchronousDecrypt', {
          decryptRequest: { encryptedPayload, decryptKeyName: rsa, cipherAlgorithm },
        });
        expect(back.payload === payload, `${cipherAlgorithm} gives back another text`);
      }
    });
    await step('the names of RSA ciphers mean what the emulator takes them for', async () => {
      const { json } = await world.call('keyAttributes', { label: rsa });
      const key = createPublicKey({ key: Buffer.from(json.publicKey ?? '', 'base64'), format: 'der', type: 'spki' });
      const opens = async (cipherAlgorithm: 'RSA' | 'RSA_PADDING_OAEP' | 'RSA_PADDING_OAEP_WITH_SHA256', encrypted: Buffer) => {
        const { answer } = await world.tried('synchronousDecrypt', {
          decryptRequest: { encryptedPayload: encrypted.toString('base64'), decryptKeyName: rsa, cipherAlgorithm },
        });
        return answer?.payload === payload;
      };
      const pkcs1 = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, text);
      world.settle('rsaIsPkcs1', await opens('RSA', pkcs1), 'decrypted what node:crypto encrypted');
      const oaep = (oaepHash: string) => publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, text);
      world.settle('oaepIsSha1', await opens('RSA_PADDING_OAEP', oaep('sha1')), 'decrypted what node:crypto encrypted');
      world.settle(
        'oaepMgf',
        await opens('RSA_PADDING_OAEP_WITH_SHA256', oaep('sha256')),
        'decrypted what node:crypto encrypted',
      );
    });
    const aes = await world.key({
      algorithm: { algorithm: 'AES', keySize: 256 },
      attributes: { ...decrypts, encrypt: true, wrap: true },
    });
    await step('AES-GCM encrypts and decrypts', async () => {
      const sealed = await world.call('encrypt', {
        encryptRequest: {
          payload,
          encryptKeyName: aes,
          cipherAlgorithm: 'AES_GCM',
          tagLength: 128,
          additionalAuthenticationData: 'YWFk',
        },
      });
      const back = await world.call('synchronousDecrypt', {
        decryptRequest: {
          encryptedPayload: sealed.encryptedPayload,
          decryptKeyName: aes,
          cipherAlgorithm: 'AES_GCM',
          initializationVector: sealed.initializationVector ?? '',
          tagLength: 128,
          additionalAuthenticationData: 'YWFk',
        },
      });
      expect(back.payload === payload, 'another text');
    });
    await step('a key is wrapped and unwrapped', async () => {
      const inner = await world.key({
        algorithm: { algorithm: 'AES', keySize: 256 },
        attributes: { ...decrypts, extractable: true, sensitive: false },
      });
      const { wrappedKey } = await world.call('wrap', {
        wrapKeyRequest: { keyToBeWrapped: inner, wrapKeyName: aes, wrapMethod: 'AES_WRAP_PAD' },
      });
      const body = {
        wrappedKey,
        attributes: { decrypt: true, sign: false, unwrap: false, destroyable: true },
        unwrapKeyName: aes,
        wrapMethod: 'AES_WRAP_PAD',
      } as const;
      const read = await world.triedRaw('synchronousUnwrap', { unwrapKeyRequest: { ...body, label: world.label('unwrapped') } });
      // The body's form is not known: whether there is one shows here, what the call does with a key in the next one.
      world.settle(
        'syncUnwrapBody',
        read.error?.code === 'ERR_OUTCOME_UNKNOWN',
        read.error ? 'empty' : JSON.stringify(read.answer).slice(0, 40),
      );
      await world.call('synchronousUnwrap', { unwrapKeyRequest: { ...body, label: world.label('unwrapped') } });
      const { unwrapRequestId } = await world.call('unwrap', { unwrapKeyRequest: { ...body, label: world.label('unwrapped') } });
      await world.call('request', undefined, { id: unwrapRequestId });
    });
    await step('an asynchronous decrypt of a plain key answers', async () => {
      const { encryptedPayload } = await world.call('encrypt', {
        encryptRequest: { payload, encryptKeyName: rsa, cipherAlgorithm: 'RSA_PADDING_OAEP_WITH_SHA256' },
      });
      const { decryptRequestId } = await world.call('decrypt', {
        decryptRequest: { encryptedPayload, decryptKeyName: rsa, cipherAlgorithm: 'RSA_PADDING_OAEP_WITH_SHA256' },
      });
      const { result } = await world.call('request', undefined, { id: decryptRequestId });
      expect(result === payload, 'another text');
      await world.call('cancelRequest', undefined, { id: decryptRequestId });
    });
    await step('an HMAC is made and checked', async () => {
      const label = world.label('hmac');
      await world.call('createKey', {
        label,
        algorithm: 'HMACSHA256',
        attributes: { decrypt: false, sign: true, unwrap: false, destroyable: true },
      });
      const { keyedHash } = await world.call('synchronousHmac', { hmacRequest: { keyName: label, payload } });
      const check = await world.tried('verifyHmac', { verifyHmacRequest: { keyName: label, payload, signature: keyedHash } });
      world.settle('hmacVerifyPath', check.answer?.signatureValid === true, said(check.error));
    });
    await step('a file is encrypted, or the call is not implemented', async () => {
      const file = new Uint8Array(Buffer.from('a file'));
      for (const [name, body] of [
        ['fileEncrypt', { fileEncryptRequest: { encryptKeyName: rsa } }],
        ['fileDecrypt', { fileDecryptRequest: { decryptKeyName: rsa } }],
      ] as const) {
        const { error } = await world.triedFile(name, body, file);
        expect(error === undefined || error.details.upstreamCode !== undefined, said(error));
      }
    });
  },
};
