import type { CallOptions } from '@securosys/core';
import type { WrapMethod } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { TsbAttributes } from '../api/keys.js';
import type { Policy } from '../api/policy.js';
import type { CallEndpoint } from './calls.js';
import { assertKeySafe, type KeySafetyOptions } from './key-safety.js';
import type { CreateKeyOptions } from './new-key.js';
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
  type WithApprovals,
  type WithMetadata,
} from './wire-values.js';

/** Which key is to be wrapped, with which one. */
export interface TsbWrapInput {
  /** Label of an extractable key. */
  readonly keyToBeWrapped: string;
  readonly keyToBeWrappedPassword?: string;
  readonly wrapKeyName: string;
  readonly wrapKeyPassword?: string;
  readonly wrapMethod: WrapMethod;
}

/** What is to be unwrapped, with which key, and what the new key may do. */
export interface TsbUnwrapInput {
  /** Of the new key; must be free. */
  readonly label: string;
  readonly wrappedKey: Uint8Array;
  /** Of the new key; no default. */
  readonly attributes: TsbAttributes;
  readonly unwrapKeyName: string;
  readonly unwrapKeyPassword?: string;
  readonly wrapMethod: WrapMethod;
}

/** {@link TsbUnwrapInput} of a synchronous call. */
export interface TsbSynchronousUnwrapInput extends TsbUnwrapInput, WithApprovals {
  /** Who must approve uses of the new key; `null` for a plain key, as symmetric ones are. No default (S8). */
  readonly policy: Policy | null;
}

/** `client.wrapping.unwrap`: at once, or by a request on which people decide. */
export interface TsbUnwrap {
  /**
   * @throws SignError `ERR_POLICY_UNSAFE`, `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE`, `ERR_REQUEST_FAILED` (the HSM refused: the label
   * is taken, the method does not fit, approvals are missing), `ERR_OUTCOME_UNKNOWN`
   */
  synchronous(request: TsbSynchronousUnwrapInput, options?: CreateKeyOptions): Promise<void>;
  /**
   * Creates a request, and returns its id; it has no result. The new key is a plain one: this call can carry no policy.
   * @throws SignError `ERR_POLICY_UNSAFE`, `ERR_OUTCOME_UNKNOWN` when the id was lost
   */
  asynchronous(
    request: TsbUnwrapInput & WithMetadata,
    options?: RequestCallOptions & Pick<KeySafetyOptions, 'allowSignAndDecrypt'>,
  ): Promise<string>;
}

/** `client.wrapping` (role keyOperation, `tsb-rest-api.md` §2.4, §2.5 and §3.5). */
export interface TsbWrapping {
  /**
   * An extractable key, encrypted with another one.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE` (not extractable), `ERR_REQUEST_FAILED` (the method does not fit)
   */
  wrap(request: TsbWrapInput, options?: CallOptions): Promise<Uint8Array>;
  readonly unwrap: TsbUnwrap;
}

const wrapNames = [
  'keyToBeWrapped',
  'keyToBeWrappedPassword',
  'wrapKeyName',
  'wrapKeyPassword',
  'wrapMethod',
] as const satisfies readonly (keyof TsbWrapInput)[];
const unwrapNames = [
  'label',
  'wrappedKey',
  'attributes',
  'unwrapKeyName',
  'unwrapKeyPassword',
  'wrapMethod',
] as const satisfies readonly (keyof TsbUnwrapInput)[];

function unwrapping(where: string, request: TsbUnwrapInput, policy: Policy | null | undefined, safety: KeySafetyOptions) {
  const { label, attributes, unwrapKeyName, unwrapKeyPassword, wrapMethod } = request;
  checkObject('attributes', attributes);
  assertKeySafe(where, attributes, policy, safety);
  return {
    wrappedKey: bytesText('wrappedKey', request.wrappedKey),
    label,
    attributes,
    unwrapKeyName,
    unwrapKeyPassword: toCharArray(unwrapKeyPassword),
    wrapMethod,
  };
}

function unwrapCalls(call: CallEndpoint): TsbUnwrap {
  return {
    synchronous: async (request, given = {}) => {
      const where = 'wrapping.unwrap.synchronous';
      checkObject(`options of ${where}`, given);
      const { allowUnprotectedModify = false, allowEndlessApprovals = false, allowSignAndDecrypt = false, ...options } = given;
      checkCallOptions(where, options);
      checkRequest(where, request, [...unwrapNames, ...approvalNames, 'policy']);
      const safety = { allowUnprotectedModify, allowEndlessApprovals, allowSignAndDecrypt };
      const body = unwrapping(where, request, request.policy, safety);
      const policy = request.policy ? { policy: request.policy } : {};
      await call(endpoints.synchronousUnwrap, { unwrapKeyRequest: { ...body, ...policy, ...approvalsOf(request) } }, options);
    },
    asynchronous: async (request, given = {}) => {
      const where = 'wrapping.unwrap.asynchronous';
      checkRequest(where, request, [...unwrapNames, ...metadataNames]);
      checkObject(`options of ${where}`, given);
      const { allowSignAndDecrypt = false, ...rest } = given;
      const options = checkRequestOptions(where, rest, request.unwrapKeyPassword);
      const body = unwrapping(where, request, null, { allowSignAndDecrypt });
      return (await call(endpoints.unwrap, { unwrapKeyRequest: { ...body, ...metadataOf(request) } }, options)).unwrapRequestId;
    },
  };
}

export function wrappingCalls(call: CallEndpoint): TsbWrapping {
  return {
    wrap: async (request, options = {}) => {
      checkCallOptions('wrapping.wrap', options);
      checkRequest('wrapping.wrap', request, wrapNames);
      const wrapKeyRequest = {
        ...request,
        keyToBeWrappedPassword: toCharArray(request.keyToBeWrappedPassword),
        wrapKeyPassword: toCharArray(request.wrapKeyPassword),
      };
      return answeredBytes((await call(endpoints.wrap, { wrapKeyRequest }, options)).wrappedKey, 'wrappedKey');
    },
    unwrap: unwrapCalls(call),
  };
}
