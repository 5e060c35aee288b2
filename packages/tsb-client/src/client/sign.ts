import type { CallOptions } from '@securosys/core';
import { signEndpoints } from '../api/endpoints-sign.js';
import type { SignRequestBody, SynchronousSignRequestBody } from '../api/sign.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions, checkObject } from './options.js';
import {
  asynchronousBody,
  isWire,
  synchronousBody,
  type TsbAsynchronousSignInput,
  type TsbSynchronousSignInput,
  type TsbVerifyInput,
  verifyBody,
} from './sign-input.js';
import { answeredBytes, checkRequestOptions, type RequestCallOptions } from './wire-values.js';

/** `client.sign` (role keyOperation, `tsb-rest-api.md` §2.4 and §2.5). */
export interface TsbSign {
  /**
   * Signs at once: plain keys, and keys whose rule is fulfilled, by itself or by `signedApprovals`. Returns the signature bytes as
   * the HSM wrote them. Takes bytes, or the body as it stands on the wire.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE` (attributes, or blocked), `ERR_ALGORITHM_UNSUPPORTED`,
   * `ERR_AUTHENTICATION` (also a wrong key password), `ERR_REQUEST_FAILED` (the HSM refused, for want of approvals for example)
   */
  synchronous(request: TsbSynchronousSignInput | SynchronousSignRequestBody, options?: CallOptions): Promise<Uint8Array>;
  /**
   * Creates a signing request on which people decide, and returns its id for `client.requests`. Once it is executed, its `result` is
   * the signature. A password is refused unless `allowPasswordInRequest`; in a body as it stands on the wire it is the caller's care.
   * @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost, and as for {@link TsbSign.synchronous}
   */
  asynchronous(request: TsbAsynchronousSignInput | SignRequestBody, options?: RequestCallOptions): Promise<string>;
  /** Whether the HSM finds the signature valid. Its word only: `verifySignature` of `core` checks one here. */
  verify(request: TsbVerifyInput, options?: CallOptions): Promise<boolean>;
}

export function signCalls(call: CallEndpoint): TsbSign {
  return {
    synchronous: async (request, options = {}) => {
      checkCallOptions('sign.synchronous', options);
      const { signature } = await call(signEndpoints.synchronousSign, { signRequest: synchronousBody(request) }, options);
      return answeredBytes(signature, 'signature');
    },
    asynchronous: async (request, given = {}) => {
      checkObject('request of sign.asynchronous', request);
      const wire = isWire(request);
      const options = checkRequestOptions('sign.asynchronous', given, wire ? undefined : request.password);
      const signRequest = wire ? request : asynchronousBody(request);
      return (await call(signEndpoints.sign, { signRequest }, options)).signRequestId;
    },
    verify: async (request, options = {}) => {
      checkCallOptions('sign.verify', options);
      const verifySignatureRequest = verifyBody(request);
      return (await call(signEndpoints.verify, { verifySignatureRequest }, options)).signatureValid;
    },
  };
}
