import { base64Bytes, type CallOptions, SignError } from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import type { SignRequestBody, SynchronousSignRequestBody } from '../api/sign.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';

/** `client.sign` (role keyOperation, `tsb-rest-api.md` §2.4 and §2.5). */
export interface TsbSign {
  /** Signs at once: plain keys, and keys whose rule is fulfilled. Returns the signature bytes as the HSM wrote them. */
  synchronous(request: SynchronousSignRequestBody, options?: CallOptions): Promise<Uint8Array>;
  /** Creates a signing request and returns its id. @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost */
  asynchronous(request: SignRequestBody, options?: CallOptions): Promise<string>;
}

/** Bytes of a base64 member of an answer. @throws SignError `ERR_PROTOCOL` */
export function answeredBytes(text: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    return base64Bytes(text, what);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    throw new SignError('ERR_PROTOCOL', error.message, { cause: error });
  }
}

export function signCalls(call: CallEndpoint): TsbSign {
  return {
    synchronous: async (signRequest, options = {}) => {
      checkCallOptions('sign.synchronous', options);
      const { signature } = await call(endpoints.synchronousSign, { signRequest }, options);
      return answeredBytes(signature, 'signature');
    },
    asynchronous: async (signRequest, options = {}) => {
      checkCallOptions('sign.asynchronous', options);
      return (await call(endpoints.sign, { signRequest }, options)).signRequestId;
    },
  };
}
