import type { CallOptions } from '@securosys/core';
import type { CipherAlgorithm, TagLength } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import { cipherEndpoints } from '../api/endpoints-ciphers.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';
import {
  answeredBytes,
  approvalNames,
  approvalsOf,
  bytesText,
  checkRequest,
  checkRequestOptions,
  metadataNames,
  metadataOf,
  type RequestCallOptions,
  someAnsweredBytes,
  someBytesText,
  type WithApprovals,
  type WithMetadata,
} from './wire-values.js';

/** What is to be encrypted, how, and with which key. The HSM makes the initialisation vector. */
export interface TsbEncryptInput {
  readonly label: string;
  /** Of a symmetric key. */
  readonly password?: string;
  readonly algorithm: CipherAlgorithm;
  readonly payload: Uint8Array;
  /** For the ciphers that authenticate. */
  readonly additionalAuthenticationData?: Uint8Array;
  /** Bits, for `AES_GCM`, where 128 is the one to take. */
  readonly tagLength?: TagLength;
}

/** What encryption gave. */
export interface TsbEncrypted {
  /** With `AES_GCM`, the ciphertext and its tag: what {@link TsbDecryptInput} wants. */
  readonly encryptedPayload: Uint8Array;
  readonly encryptedPayloadWithoutMessageAuthenticationCode?: Uint8Array;
  /** Made by the HSM; needed to decrypt. */
  readonly initializationVector?: Uint8Array;
  readonly messageAuthenticationCode?: Uint8Array;
}

/** What is to be decrypted, how, and with which key. */
export interface TsbDecryptInput {
  readonly label: string;
  readonly password?: string;
  readonly algorithm: CipherAlgorithm;
  readonly encryptedPayload: Uint8Array;
  readonly initializationVector?: Uint8Array;
  readonly additionalAuthenticationData?: Uint8Array;
  /** Bits, as when it was encrypted. */
  readonly tagLength?: TagLength;
}

/** `client.ciphers.decrypt`: at once, or by a request on which people decide. */
export interface TsbDecrypt {
  /**
   * The plaintext. `RSA_NO_PADDING` gives the full block, with zeros at its left.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_REQUEST_FAILED` (padding or tag
   * do not fit; the HSM refused, for want of approvals for example)
   */
  synchronous(request: TsbDecryptInput & WithApprovals, options?: CallOptions): Promise<Uint8Array>;
  /**
   * Creates a request, and returns its id. Once it is executed, its `result` is the plaintext in base64, and readable by everybody
   * with an operation key: cancel the request when it is read (S14).
   * @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost, and as for {@link TsbDecrypt.synchronous}
   */
  asynchronous(request: TsbDecryptInput & WithMetadata, options?: RequestCallOptions): Promise<string>;
}

/** `client.ciphers` (role keyOperation, `tsb-rest-api.md` §2.4, §2.5 and §3.4). */
export interface TsbCiphers {
  /**
   * Encrypts with the public half of a key, or with a symmetric key. Needs nobody's approval.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_INVALID_ARGUMENT`
   */
  encrypt(request: TsbEncryptInput, options?: CallOptions): Promise<TsbEncrypted>;
  readonly decrypt: TsbDecrypt;
}

const decryptNames = [
  'label',
  'password',
  'algorithm',
  'encryptedPayload',
  'initializationVector',
  'additionalAuthenticationData',
  'tagLength',
] as const satisfies readonly (keyof TsbDecryptInput)[];

const decryptionOf = (request: TsbDecryptInput) => ({
  encryptedPayload: bytesText('encryptedPayload', request.encryptedPayload),
  decryptKeyName: request.label,
  keyPassword: toCharArray(request.password),
  cipherAlgorithm: request.algorithm,
  initializationVector: someBytesText('initializationVector', request.initializationVector),
  additionalAuthenticationData: someBytesText('additionalAuthenticationData', request.additionalAuthenticationData),
  tagLength: request.tagLength,
});

const answerNames = [
  'encryptedPayloadWithoutMessageAuthenticationCode',
  'initializationVector',
  'messageAuthenticationCode',
] as const satisfies readonly (keyof TsbEncrypted)[];

function encryptCall(call: CallEndpoint): TsbCiphers['encrypt'] {
  return async (request, options = {}) => {
    checkCallOptions('ciphers.encrypt', options);
    const names = ['label', 'password', 'algorithm', 'payload', 'additionalAuthenticationData', 'tagLength'];
    checkRequest('ciphers.encrypt', request, names);
    const encryptRequest = {
      payload: bytesText('payload', request.payload),
      encryptKeyName: request.label,
      keyPassword: toCharArray(request.password),
      cipherAlgorithm: request.algorithm,
      additionalAuthenticationData: someBytesText('additionalAuthenticationData', request.additionalAuthenticationData),
      tagLength: request.tagLength,
    };
    const answer = await call(cipherEndpoints.encrypt, { encryptRequest }, options);
    const others = answerNames.flatMap((name) => {
      const bytes = someAnsweredBytes(answer[name], name);
      return bytes ? [[name, bytes] as const] : [];
    });
    return { encryptedPayload: answeredBytes(answer.encryptedPayload, 'encryptedPayload'), ...Object.fromEntries(others) };
  };
}

export function cipherCalls(call: CallEndpoint): TsbCiphers {
  return {
    encrypt: encryptCall(call),
    decrypt: {
      synchronous: async (request, options = {}) => {
        checkCallOptions('ciphers.decrypt.synchronous', options);
        checkRequest('ciphers.decrypt.synchronous', request, [...decryptNames, ...approvalNames]);
        const decryptRequest = { ...decryptionOf(request), ...approvalsOf(request) };
        return answeredBytes((await call(cipherEndpoints.synchronousDecrypt, { decryptRequest }, options)).payload, 'payload');
      },
      asynchronous: async (request, given = {}) => {
        const where = 'ciphers.decrypt.asynchronous';
        checkRequest(where, request, [...decryptNames, ...metadataNames]);
        const options = checkRequestOptions(where, given, request.password);
        const decryptRequest = { ...decryptionOf(request), ...metadataOf(request) };
        return (await call(cipherEndpoints.decrypt, { decryptRequest }, options)).decryptRequestId;
      },
    },
  };
}
