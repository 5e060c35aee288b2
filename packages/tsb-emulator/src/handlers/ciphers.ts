import { base64Bytes, base64Text, concatBytes } from '@securosys/core';
import { type DecryptRequestBody, type EncryptRequestBody, fromCharArray } from '@securosys/tsb-client/api';
import { checkCipher, encryptWith } from '../crypto/cipher.js';
import { demandRight } from '../keys/key-attributes.js';
import type { KeyRecord } from '../keys/key-record.js';
import { isSecretType } from '../keys/key-specs.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';
import { type Operation, runNow, submit } from './operate.js';

const optionalBytes = (text: string | undefined, what: string) => (text === undefined ? undefined : base64Bytes(text, what));

/** Public halves need no password; secret keys and derived ones do. */
export function openedForPublicUse(partition: Partition, label: string, password: readonly string[] | undefined): KeyRecord {
  const key = partition.keys.get(label);
  const secret = isSecretType(key.spec) || key.master !== undefined || password !== undefined;
  return secret ? partition.keys.unlock(label, fromCharArray(password)) : key;
}

function encrypt(partition: Partition, request: EncryptRequestBody) {
  const { cipherAlgorithm, tagLength = 0 } = request;
  const key = openedForPublicUse(partition, request.encryptKeyName, request.keyPassword);
  demandRight(key, 'encrypt');
  checkCipher(key, cipherAlgorithm, tagLength);
  const payload = base64Bytes(request.payload, 'payload');
  const aad = optionalBytes(request.additionalAuthenticationData, 'additionalAuthenticationData');
  return encryptWith(key, cipherAlgorithm, payload, { aad, tagLength });
}

const decrypting = (request: DecryptRequestBody): Operation<'decrypt'> => ({
  kind: 'decrypt',
  keyName: request.decryptKeyName,
  keyPassword: request.keyPassword,
  prepare(key) {
    const { cipherAlgorithm: cipher, tagLength = 0 } = request;
    checkCipher(key, cipher, tagLength);
    const payload = base64Bytes(request.encryptedPayload, 'encryptedPayload');
    const iv = optionalBytes(request.initializationVector, 'initializationVector');
    const aad = optionalBytes(request.additionalAuthenticationData, 'additionalAuthenticationData');
    return { payload, input: { payload, cipher, iv, aad, tagLength } };
  },
});

export const cipherHandlers: Pick<Handlers, 'encrypt' | 'synchronousDecrypt' | 'decrypt'> = {
  encrypt({ partition, body }) {
    const { ciphertext, iv, tag } = encrypt(partition, body.encryptRequest);
    return {
      encryptedPayload: base64Text(tag ? concatBytes(ciphertext, tag) : ciphertext),
      encryptedPayloadWithoutMessageAuthenticationCode: tag ? base64Text(ciphertext) : null,
      initializationVector: iv ? base64Text(iv) : null,
      messageAuthenticationCode: tag ? base64Text(tag) : null,
    };
  },

  async synchronousDecrypt(call) {
    const { decryptRequest } = call.body;
    const payload = await runNow(call, decrypting(decryptRequest), decryptRequest.signedApprovals);
    return { payload: payload ?? '' };
  },

  async decrypt(call) {
    const { decryptRequest } = call.body;
    return { decryptRequestId: await submit(call, decrypting(decryptRequest), decryptRequest) };
  },
};
