import { type CallOptions, SignError } from '@securosys/core';
import type { NewDataObject } from '../api/data-objects.js';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';
import { answeredBytes, bytesText, checkRequest } from './wire-values.js';

/** Bytes that are kept in the HSM's partition under a name. */
export interface TsbDataObject {
  /** Unique in the partition. */
  readonly name: string;
  /** At most 65,536 bytes. */
  readonly value: Uint8Array;
  readonly attributes?: NewDataObject['attributes'];
}

/** `client.dataObjects` (role keyManagement, `tsb-rest-api.md` §2.8). No call changes one or lists them. */
export interface TsbDataObjects {
  /** @throws SignError `ERR_CONFLICT` when the name is taken, `ERR_LIMIT`, `ERR_OUTCOME_UNKNOWN` */
  create(object: TsbDataObject, options?: CallOptions): Promise<void>;
  /** @throws SignError `ERR_NOT_FOUND` */
  get(name: string, options?: CallOptions): Promise<TsbDataObject>;
  /** @throws SignError `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` */
  delete(name: string, options?: CallOptions): Promise<void>;
}

const maxBytes = 64 * 1024;

export function dataObjectCalls(call: CallEndpoint): TsbDataObjects {
  return {
    create: async (object, options = {}) => {
      checkCallOptions('dataObjects.create', options);
      checkRequest('dataObjects.create', object, ['name', 'value', 'attributes']);
      const { name, attributes } = object;
      const value = bytesText('value', object.value);
      if (object.value.byteLength > maxBytes) throw new SignError('ERR_LIMIT', `a data object has at most ${maxBytes} bytes`);
      await call(endpoints.createDataObject, { name, value, ...(attributes && { attributes }) }, options);
    },
    get: async (name, options = {}) => {
      checkCallOptions('dataObjects.get', options);
      const { value, attributes, ...answer } = await call(endpoints.dataObject, undefined, { ...options, path: { name } });
      return { name: answer.name, value: answeredBytes(value, 'value'), ...(attributes && { attributes }) };
    },
    delete: async (name, options = {}) => {
      checkCallOptions('dataObjects.delete', options);
      await call(endpoints.deleteDataObject, undefined, { ...options, path: { name } });
    },
  };
}
