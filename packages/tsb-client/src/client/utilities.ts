import { type CallOptions, invalidArgument, SignError, scanDer } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { endpoints, verifyHmacByVerify } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions, checkObject, checkPositive } from './options.js';
import { answeredBytes, bytesText, checkRequest } from './wire-values.js';

/** What an HMAC is to be computed over, and with which key. */
export interface TsbHmacInput {
  readonly label: string;
  readonly payload: Uint8Array;
}

/** An HMAC that the HSM is to check. */
export interface TsbHmacVerifyInput extends TsbHmacInput {
  readonly keyedHash: Uint8Array;
}

/** Where an HMAC is checked. */
export interface VerifyHmacOptions extends CallOptions {
  /**
   * Asks at `/v1/verifyHmac` instead of the documented `/v1/verify`: the documentation prints the one and names the operation after
   * the other (§8, 8).
   */
  ownEndpoint?: boolean;
}

/** `client.hmac` (role keyOperation, `tsb-rest-api.md` §2.4). */
export interface TsbHmac {
  /** The HMAC of the payload; its hash is that of the key. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_ALGORITHM_UNSUPPORTED` */
  compute(request: TsbHmacInput, options?: CallOptions): Promise<Uint8Array>;
  /** Whether the HSM computes the same. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_ALGORITHM_UNSUPPORTED` */
  verify(request: TsbHmacVerifyInput, options?: VerifyHmacOptions): Promise<boolean>;
}

/** A file to be encrypted or decrypted. */
export interface TsbFileInput {
  /** Of an `EC` key on secp384r1 that may derive. */
  readonly label: string;
  readonly file: Uint8Array;
}

/** {@link TsbFileInput} to be decrypted. */
export interface TsbFileDecryptInput extends TsbFileInput {
  readonly password?: string;
}

/** `client.files` (role keyOperation, `tsb-rest-api.md` §2.4). Files pass through memory, up to `maxResponseBytes`. */
export interface TsbFiles {
  /** The file in the server's own format (ECIES). @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE`, `ERR_LIMIT` */
  encrypt(request: TsbFileInput, options?: CallOptions): Promise<Uint8Array>;
  /** The file as it was. @throws SignError `ERR_INVALID_ARGUMENT` for another format, `ERR_KEY_NOT_FOUND`, `ERR_LIMIT` */
  decrypt(request: TsbFileDecryptInput, options?: CallOptions): Promise<Uint8Array>;
}

const maxRandomBytes = 1024 * 1024;

export function hmacCalls(call: CallEndpoint): TsbHmac {
  return {
    compute: async (request, options = {}) => {
      checkCallOptions('hmac.compute', options);
      checkRequest('hmac.compute', request, ['label', 'payload']);
      const hmacRequest = { keyName: request.label, payload: bytesText('payload', request.payload) };
      return answeredBytes((await call(endpoints.synchronousHmac, { hmacRequest }, options)).keyedHash, 'keyedHash');
    },
    verify: async (request, given = {}) => {
      checkObject('options of hmac.verify', given);
      const { ownEndpoint = false, ...options } = given;
      checkCallOptions('hmac.verify', options);
      checkRequest('hmac.verify', request, ['label', 'payload', 'keyedHash']);
      const verifyHmacRequest = {
        keyName: request.label,
        payload: bytesText('payload', request.payload),
        signature: bytesText('keyedHash', request.keyedHash),
      };
      const endpoint = ownEndpoint ? endpoints.verifyHmac : verifyHmacByVerify;
      return (await call(endpoint, { verifyHmacRequest }, options)).signatureValid;
    },
  };
}

export function fileCalls(call: CallEndpoint): TsbFiles {
  return {
    encrypt: async (request, options = {}) => {
      checkCallOptions('files.encrypt', options);
      checkRequest('files.encrypt', request, ['label', 'file']);
      const { label: encryptKeyName, file } = request;
      return call(endpoints.fileEncrypt, { fileEncryptRequest: { encryptKeyName } }, { ...options, file });
    },
    decrypt: async (request, options = {}) => {
      checkCallOptions('files.decrypt', options);
      checkRequest('files.decrypt', request, ['label', 'file', 'password']);
      const { label: decryptKeyName, file, password } = request;
      const fileDecryptRequest = { decryptKeyName, keyPassword: toCharArray(password) };
      return call(endpoints.fileDecrypt, { fileDecryptRequest }, { ...options, file });
    },
  };
}

/** `client.random`. */
export function randomCall(call: CallEndpoint) {
  return async (length: number, options: CallOptions = {}): Promise<Uint8Array> => {
    checkCallOptions('random', options);
    checkPositive('length', length, maxRandomBytes);
    const { random } = await call(endpoints.random, undefined, { ...options, path: { length: String(length) } });
    const bytes = answeredBytes(random, 'random');
    if (bytes.byteLength !== length) throw new SignError('ERR_PROTOCOL', 'the TSB gave another number of random bytes');
    return bytes;
  };
}

/** `client.timestamp`. */
export function timestampCall(call: CallEndpoint) {
  return async (payload: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> => {
    checkCallOptions('timestamp', options);
    const body = { payload: bytesText('payload', payload), hashAlgorithm: 'SHA256' } as const;
    if (payload.byteLength === 0) invalidArgument('payload is empty');
    const token = answeredBytes((await call(endpoints.rfcTimestamp, body, options)).timestamp, 'timestamp');
    try {
      scanDer(token, { what: 'timestamp' });
    } catch (error) {
      if (!SignError.is(error)) throw error;
      throw new SignError('ERR_PROTOCOL', error.message, { cause: error });
    }
    return token;
  };
}
