import type { PayloadType, TsbSignatureAlgorithm, TsbSignatureType } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import type { SignRequestBody, SynchronousSignRequestBody } from '../api/sign.js';
import type { VerifyRequestBody } from '../api/verify.js';
import { checkObject } from './options.js';
import {
  approvalNames,
  approvalsOf,
  bytesText,
  checkRequest,
  metadataNames,
  metadataOf,
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
export const isWire = (request: object): request is SignRequestBody => 'signKeyName' in request;

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

export function synchronousBody(request: TsbSynchronousSignInput | SynchronousSignRequestBody): SynchronousSignRequestBody {
  checkObject('request of sign.synchronous', request);
  if (isWire(request)) return request;
  checkRequest('sign.synchronous', request, [...inputNames, ...approvalNames, 'keyObject']);
  const signKeyObject = someBytesText('keyObject', request.keyObject);
  return { ...commonOf(request), signKeyObject, ...approvalsOf(request) };
}

export function asynchronousBody(request: TsbAsynchronousSignInput): SignRequestBody {
  checkRequest('sign.asynchronous', request, [...inputNames, ...metadataNames]);
  return { ...commonOf(request), ...metadataOf(request) };
}

export function verifyBody(request: TsbVerifyInput): VerifyRequestBody {
  checkRequest('sign.verify', request, ['label', 'password', 'keyObject', 'algorithm', 'payload', 'signature']);
  return {
    signKeyName: request.label,
    signKeyObject: someBytesText('keyObject', request.keyObject),
    masterKeyPassword: toCharArray(request.password),
    signatureAlgorithm: request.algorithm,
    payload: bytesText('payload', request.payload),
    signature: bytesText('signature', request.signature),
  };
}
