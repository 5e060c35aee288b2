import type { CallOptions } from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import { type AtOnce, csrBody, csrNames, type TsbCsrInput } from './certificate-input.js';
import { csrOfFile, csrOfText } from './certificate-text.js';
import { checkCallOptions } from './options.js';
import {
  checkRequest,
  checkRequestOptions,
  metadataNames,
  metadataOf,
  type RequestCallOptions,
  type WithMetadata,
} from './wire-values.js';

/** `client.certificates.request`: a certificate signing request of a key. */
export interface TsbCsrCalls {
  /** PKCS#10 DER. The key then also holds a self-signed certificate. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_REQUEST_FAILED` */
  synchronous(request: AtOnce<TsbCsrInput>, options?: CallOptions): Promise<Uint8Array>;
  /** The same from the download call. */
  download(request: AtOnce<TsbCsrInput>, options?: CallOptions): Promise<Uint8Array>;
  /** Creates a request, and returns its id; its `result` is PEM. @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost */
  asynchronous(request: TsbCsrInput & WithMetadata, options?: RequestCallOptions): Promise<string>;
}

export function csrCalls(call: CallEndpoint): TsbCsrCalls {
  const flat = (where: string, request: AtOnce<TsbCsrInput>, options: CallOptions) => {
    checkCallOptions(where, options);
    checkRequest(where, request, csrNames);
    return { ...csrBody(request), signatureAlgorithm: request.algorithm };
  };
  return {
    synchronous: async (request, options = {}) => {
      const body = flat('certificates.request.synchronous', request, options);
      return csrOfText((await call(endpoints.synchronousCsr, body, options)).certificateSigningRequest);
    },
    download: async (request, options = {}) => {
      const body = flat('certificates.request.download', request, options);
      return csrOfFile(await call(endpoints.csrDownload, body, options));
    },
    asynchronous: async (request, given = {}) => {
      const where = 'certificates.request.asynchronous';
      checkRequest(where, request, [...csrNames, ...metadataNames]);
      const options = checkRequestOptions(where, given, request.password);
      const csrSignRequest = { ...csrBody(request), signatureAlgorithm: request.algorithm, ...metadataOf(request) };
      return (await call(endpoints.csr, { csrSignRequest }, options)).signRequestId;
    },
  };
}
