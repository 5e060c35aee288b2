import type { CallOptions } from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import {
  type AtOnce,
  selfSignBody,
  selfSignNames,
  signCertificateBody,
  signCertificateNames,
  type TsbCertificateInput,
  type TsbSelfSignInput,
  type TsbSignCertificateInput,
} from './certificate-input.js';
import { atLevel, type CertificateLevelOptions } from './certificate-level.js';
import { madeCertificate } from './certificate-text.js';
import { checkCallOptions, checkObject } from './options.js';
import {
  checkRequest,
  checkRequestOptions,
  metadataNames,
  metadataOf,
  type RequestCallOptions,
  type WithMetadata,
} from './wire-values.js';

/** `client.certificates.selfSign` and `.sign`: a certificate that a key signs. */
export interface TsbCertificateCalls<Input extends TsbCertificateInput> {
  /** DER. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_INVALID_ARGUMENT`, `ERR_REQUEST_FAILED`, `ERR_OUTCOME_UNKNOWN` */
  synchronous(request: AtOnce<Input>, options?: CallOptions & CertificateLevelOptions): Promise<Uint8Array>;
  /**
   * Creates a request, and returns its id. Its `result` is PEM; older servers answer a self-signing with `true` and keep the
   * certificate with the key.
   * @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost
   */
  asynchronous(request: Input & WithMetadata, options?: RequestCallOptions & CertificateLevelOptions): Promise<string>;
}

/** Parts the level from the options of a call. */
function leveled<O extends CertificateLevelOptions>(where: string, given: O) {
  checkObject(`options of ${where}`, given);
  const { apiLevel, ...options } = given;
  return [apiLevel, options] as const;
}

export function selfSignCalls(call: CallEndpoint): TsbCertificateCalls<TsbSelfSignInput> {
  return {
    synchronous: async (request, given = {}) => {
      const where = 'certificates.selfSign.synchronous';
      const [apiLevel, options] = leveled(where, given);
      checkCallOptions(where, options);
      checkRequest(where, request, selfSignNames);
      const { algorithm: signatureAlgorithm } = request;
      return atLevel(apiLevel, request.subject, async (level) => {
        const body = { ...selfSignBody(request, level), signatureAlgorithm };
        return madeCertificate(await call(endpoints.synchronousSelfSign, body, options));
      });
    },
    asynchronous: async (request, given = {}) => {
      const where = 'certificates.selfSign.asynchronous';
      const [apiLevel, rest] = leveled(where, given);
      checkRequest(where, request, [...selfSignNames, ...metadataNames]);
      const options = checkRequestOptions(where, rest, request.password);
      const more = { signatureAlgorithm: request.algorithm, ...metadataOf(request) };
      return atLevel(apiLevel, request.subject, async (level) => {
        const selfSignCertificateRequest = { ...selfSignBody(request, level), ...more };
        return (await call(endpoints.selfSign, { selfSignCertificateRequest }, options)).signRequestId;
      });
    },
  };
}

export function signCertificateCalls(call: CallEndpoint): TsbCertificateCalls<TsbSignCertificateInput> {
  return {
    synchronous: async (request, given = {}) => {
      const where = 'certificates.sign.synchronous';
      const [apiLevel, options] = leveled(where, given);
      checkCallOptions(where, options);
      checkRequest(where, request, signCertificateNames);
      const { algorithm: signatureAlgorithm } = request;
      return atLevel(apiLevel, request.subject, async (level) => {
        const body = { ...signCertificateBody(request, level), signatureAlgorithm };
        return madeCertificate(await call(endpoints.synchronousSignCertificate, body, options));
      });
    },
    asynchronous: async (request, given = {}) => {
      const where = 'certificates.sign.asynchronous';
      const [apiLevel, rest] = leveled(where, given);
      checkRequest(where, request, [...signCertificateNames, ...metadataNames]);
      const options = checkRequestOptions(where, rest, request.password);
      const more = { signatureAlgorithm: request.algorithm, ...metadataOf(request) };
      return atLevel(apiLevel, request.subject, async (level) => {
        const signCertificateRequest = { ...signCertificateBody(request, level), ...more };
        return (await call(endpoints.signCertificate, { signCertificateRequest }, options)).signRequestId;
      });
    },
  };
}
