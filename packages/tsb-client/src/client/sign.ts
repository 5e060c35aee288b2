import type { CallOptions } from '@securosys/core';
import type { PayloadType, TsbSignatureAlgorithm, TsbSignatureType } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { SignRequestBody, SynchronousSignRequestBody } from '../api/sign.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions, checkObject } from './options.js';
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
  someBytesText,
  type WithApprovals,
  type WithMetadata,
} from './wire-values.js';

/** What is to be signed, how, and with which key. */
export interface TsbSignInput {
  /** Of the key; `Master/path` derives one for this call. */
  readonly label: string;
  readonly password?: string;
  readonly algorithm: TsbSignatureAlgorithm;
  /** The message, or its digest for the `NONE…` algorithms. */
  readonly payload: Uint8Array;
  readonly payloadType?: PayloadType;
  /** Default of the server: `DER`. */
  readonly signatureType?: TsbSignatureType;
  /** At most 255 bytes, for ML-DSA and SLH-DSA. */
  readonly context?: Uint8Array;
  /** 32 bytes, for `NONE_WITH_EC_SCHNORR_BIP0340`. */
  readonly auxiliaryRandomData?: Uint8Array;
  /** 32 bytes, for `NONE_WITH_EC_SCHNORR_BIP0340`; excludes `merkleRootData`. */
  readonly taprootTweakData?: Uint8Array;
  /** For `NONE_WITH_EC_SCHNORR_BIP0340`; excludes `taprootTweakData`. */
  readonly merkleRootData?: Uint8Array;
}

/** {@link TsbSignInput} of a synchronous call. */
export interface TsbSynchronousSignInput extends TsbSignInput, WithApprovals {
  /** A key that is kept outside the HSM, as the HSM encrypted it. */
  readonly keyObject?: Uint8Array;
}

/** {@link TsbSignInput} of an asynchronous call. */
export interface TsbAsynchronousSignInput extends TsbSignInput, WithMetadata {}

/** A signature that the HSM is to check. */
export interface TsbVerifyInput {
  readonly label: string;
  /** Of the key, or of the master of a derived one. */
  readonly password?: string;
  /** A key that is kept outside the HSM. */
  readonly keyObject?: Uint8Array;
  readonly algorithm: TsbSignatureAlgorithm;
  /** As it was signed: the message, or its digest for the `NONE…` algorithms. */
  readonly payload: Uint8Array;
  /** DER or raw: the server takes both. */
  readonly signature: Uint8Array;
}

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

const inputNames = [
  'label',
  'password',
  'algorithm',
  'payload',
  'payloadType',
  'signatureType',
  'context',
  'auxiliaryRandomData',
  'taprootTweakData',
  'merkleRootData',
] as const satisfies readonly (keyof TsbSignInput)[];

/** Bodies as they stand on the wire name the key otherwise. */
const isWire = (request: object): request is SignRequestBody => 'signKeyName' in request;

const commonOf = (input: TsbSignInput) => ({
  payload: bytesText('payload', input.payload),
  payloadType: input.payloadType,
  signKeyName: input.label,
  keyPassword: toCharArray(input.password),
  signatureAlgorithm: input.algorithm,
  signatureType: input.signatureType,
  context: someBytesText('context', input.context),
  auxiliaryRandomData: someBytesText('auxiliaryRandomData', input.auxiliaryRandomData),
  taprootTweakData: someBytesText('taprootTweakData', input.taprootTweakData),
  merkleRootData: someBytesText('merkleRootData', input.merkleRootData),
});

function synchronousBody(request: TsbSynchronousSignInput | SynchronousSignRequestBody): SynchronousSignRequestBody {
  checkObject('request of sign.synchronous', request);
  if (isWire(request)) return request;
  checkRequest('sign.synchronous', request, [...inputNames, ...approvalNames, 'keyObject']);
  const signKeyObject = someBytesText('keyObject', request.keyObject);
  return { ...commonOf(request), signKeyObject, ...approvalsOf(request) };
}

function asynchronousBody(request: TsbAsynchronousSignInput): SignRequestBody {
  checkRequest('sign.asynchronous', request, [...inputNames, ...metadataNames]);
  return { ...commonOf(request), ...metadataOf(request) };
}

export function signCalls(call: CallEndpoint): TsbSign {
  return {
    synchronous: async (request, options = {}) => {
      checkCallOptions('sign.synchronous', options);
      const { signature } = await call(endpoints.synchronousSign, { signRequest: synchronousBody(request) }, options);
      return answeredBytes(signature, 'signature');
    },
    asynchronous: async (request, given = {}) => {
      checkObject('request of sign.asynchronous', request);
      const wire = isWire(request);
      const options = checkRequestOptions('sign.asynchronous', given, wire ? undefined : request.password);
      const signRequest = wire ? request : asynchronousBody(request);
      return (await call(endpoints.sign, { signRequest }, options)).signRequestId;
    },
    verify: async (request, options = {}) => {
      checkCallOptions('sign.verify', options);
      checkRequest('sign.verify', request, ['label', 'password', 'keyObject', 'algorithm', 'payload', 'signature']);
      const verifySignatureRequest = {
        signKeyName: request.label,
        signKeyObject: someBytesText('keyObject', request.keyObject),
        masterKeyPassword: toCharArray(request.password),
        signatureAlgorithm: request.algorithm,
        payload: bytesText('payload', request.payload),
        signature: bytesText('signature', request.signature),
      };
      return (await call(endpoints.verify, { verifySignatureRequest }, options)).signatureValid;
    },
  };
}
