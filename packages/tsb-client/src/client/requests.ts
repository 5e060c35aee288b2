import { type CallOptions, SignError } from '@securosys/core';
import { type TsbRequestStatus, tsbRequestStatuses } from '../api/algorithms.js';
import { requestEndpoints } from '../api/endpoints-requests.js';
import type { RequestList, TsbRequest } from '../api/requests.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';

/** `client.requests` (role keyOperation, `tsb-rest-api.md` §2.6). */
export interface TsbRequests {
  /** @throws SignError `ERR_REQUEST_NOT_FOUND` */
  get(id: string, options?: CallOptions): Promise<TsbRequest>;
  /** Withdraws a request. One that is unknown or has ended is no error. */
  cancel(id: string, options?: CallOptions): Promise<void>;
  /** Ids and states of requests; all states by default. */
  filter(statuses?: readonly TsbRequestStatus[], options?: CallOptions): Promise<RequestList['requests']>;
}

/** 404 without a number of its own: the request is not there. */
function requestNotFound(error: unknown, id: string): unknown {
  if (!SignError.is(error) || (error.code !== 'ERR_NOT_FOUND' && error.code !== 'ERR_REQUEST_NOT_FOUND')) return error;
  return new SignError('ERR_REQUEST_NOT_FOUND', 'the TSB knows no such request', {
    details: { ...error.details, requestId: id },
  });
}

export function requestCalls(call: CallEndpoint): TsbRequests {
  return {
    get: async (id, options = {}) => {
      checkCallOptions('requests.get', options);
      try {
        return await call(requestEndpoints.request, undefined, { ...options, path: { id } });
      } catch (error) {
        throw requestNotFound(error, id);
      }
    },
    cancel: async (id, options = {}) => {
      checkCallOptions('requests.cancel', options);
      try {
        await call(requestEndpoints.cancelRequest, undefined, { ...options, path: { id } });
      } catch (error) {
        if (!SignError.is(requestNotFound(error, id), 'ERR_REQUEST_NOT_FOUND')) throw error;
      }
    },
    filter: async (statuses = tsbRequestStatuses, options = {}) => {
      checkCallOptions('requests.filter', options);
      return (await call(requestEndpoints.filteredRequests, { requestStatusList: statuses }, options)).requests;
    },
  };
}
