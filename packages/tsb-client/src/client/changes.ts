import { type CallOptions, invalidArgument } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { ModifyPolicy, Policy } from '../api/policy.js';
import { assertPolicySafe, type PolicyExceptions } from '../policy/safety.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions, checkObject } from './options.js';
import {
  approvalNames,
  approvalsOf,
  checkRequest,
  checkRequestOptions,
  metadataNames,
  metadataOf,
  type RequestCallOptions,
  type WithApprovals,
  type WithMetadata,
} from './wire-values.js';

/** A key with a policy, to be blocked or unblocked. */
export interface TsbKeyInput {
  readonly label: string;
  readonly password?: string;
}

/** The rules that a key is to have from now on. */
export interface TsbModifyInput extends TsbKeyInput {
  /** All four rules, stated: one that is left out would be open to anyone. What `buildPolicy` gives fits. */
  readonly policy: ModifyPolicy | Policy;
}

/** Exceptions from the safety rules for a policy. */
export interface ModifyOptions extends PolicyExceptions {}

/** `client.block`, `client.unblock`: at once, or by a request on which people decide. Only keys with a policy have them. */
export interface TsbBlocking {
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_CAPABILITY_MISSING` (a plain key), `ERR_REQUEST_FAILED`, `ERR_OUTCOME_UNKNOWN` */
  synchronous(request: TsbKeyInput & WithApprovals, options?: CallOptions): Promise<void>;
  /** Creates a request, and returns its id; it has no result. @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost */
  asynchronous(request: TsbKeyInput & WithMetadata, options?: RequestCallOptions): Promise<string>;
}

/** `client.modify` (role keyManagement): at once, or by a request on which people decide. Replaces all four rules (§4.3). */
export interface TsbModify {
  /** @throws SignError `ERR_POLICY_UNSAFE`, and as for {@link TsbBlocking.synchronous} */
  synchronous(request: TsbModifyInput & WithApprovals, options?: CallOptions & ModifyOptions): Promise<void>;
  /** Creates a request, and returns its id; it has no result. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_OUTCOME_UNKNOWN` */
  asynchronous(request: TsbModifyInput & WithMetadata, options?: RequestCallOptions & ModifyOptions): Promise<string>;
}

const keyNames = ['label', 'password'] as const satisfies readonly (keyof TsbKeyInput)[];
const rules = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'] as const satisfies readonly (keyof ModifyPolicy)[];

/** `client.block` (role keyOperation, `tsb-rest-api.md` §2.4, §2.5). */
export function blockCalls(call: CallEndpoint): TsbBlocking {
  return {
    synchronous: async (request, options = {}) => {
      checkCallOptions('block.synchronous', options);
      checkRequest('block.synchronous', request, [...keyNames, ...approvalNames]);
      const { label: blockKeyName, password } = request;
      const blockRequest = { blockKeyName, keyPassword: toCharArray(password), ...approvalsOf(request) };
      await call(endpoints.synchronousBlock, { blockRequest }, options);
    },
    asynchronous: async (request, given = {}) => {
      checkRequest('block.asynchronous', request, [...keyNames, ...metadataNames]);
      const { label: blockKeyName, password } = request;
      const options = checkRequestOptions('block.asynchronous', given, password);
      const blockRequest = { blockKeyName, keyPassword: toCharArray(password), ...metadataOf(request) };
      return (await call(endpoints.block, { blockRequest }, options)).blockKeyRequestId;
    },
  };
}

/** `client.unblock` (role keyOperation). */
export function unblockCalls(call: CallEndpoint): TsbBlocking {
  return {
    synchronous: async (request, options = {}) => {
      checkCallOptions('unblock.synchronous', options);
      checkRequest('unblock.synchronous', request, [...keyNames, ...approvalNames]);
      const { label: unblockKeyName, password } = request;
      const unblockRequest = { unblockKeyName, keyPassword: toCharArray(password), ...approvalsOf(request) };
      await call(endpoints.synchronousUnblock, { unblockRequest }, options);
    },
    asynchronous: async (request, given = {}) => {
      checkRequest('unblock.asynchronous', request, [...keyNames, ...metadataNames]);
      const { label: unblockKeyName, password } = request;
      const options = checkRequestOptions('unblock.asynchronous', given, password);
      const unblockRequest = { unblockKeyName, keyPassword: toCharArray(password), ...metadataOf(request) };
      return (await call(endpoints.unblock, { unblockRequest }, options)).unblockKeyRequestId;
    },
  };
}

/** The policy as a modify call states it: all four rules and nothing else. */
function statedRules(policy: ModifyPolicy | Policy, exceptions: PolicyExceptions): ModifyPolicy {
  checkObject('policy', policy);
  const given: Partial<Policy> = policy;
  for (const rule of rules) if (given[rule] === undefined) invalidArgument(`a policy to modify to must state ${rule}`);
  const { keyStatus, ...stated } = given as Policy;
  if (keyStatus?.blocked) invalidArgument('modify does not block a key; block does');
  assertPolicySafe(stated, exceptions);
  return stated;
}

function modification<O extends ModifyOptions>(where: string, request: TsbModifyInput, given: O, more: readonly string[]) {
  checkRequest(where, request, [...keyNames, 'policy', ...more]);
  checkObject(`options of ${where}`, given);
  const { allowUnprotectedModify = false, allowEndlessApprovals = false, ...options } = given;
  const { label: modifyKeyName, password } = request;
  const policy = statedRules(request.policy, { allowUnprotectedModify, allowEndlessApprovals });
  return { body: { modifyKeyName, keyPassword: toCharArray(password), policy }, options };
}

/** `client.modify` (role keyManagement). */
export function modifyCalls(call: CallEndpoint): TsbModify {
  return {
    synchronous: async (request, given = {}) => {
      const { body, options } = modification('modify.synchronous', request, given, approvalNames);
      checkCallOptions('modify.synchronous', options);
      await call(endpoints.synchronousModify, { modifyRequest: { ...body, ...approvalsOf(request) } }, options);
    },
    asynchronous: async (request, given = {}) => {
      const { body, options: rest } = modification('modify.asynchronous', request, given, metadataNames);
      const options = checkRequestOptions('modify.asynchronous', rest, request.password);
      const modifyRequest = { ...body, ...metadataOf(request) };
      return (await call(endpoints.modify, { modifyRequest }, options)).modifyKeyRequestId;
    },
  };
}
