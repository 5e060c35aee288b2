import { base64Text, type CallOptions } from '@securosys/core';
import type { CertificateAlgorithm } from '../api/algorithms.js';
import type { CertificateAnswer } from '../api/certificates.js';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import {
  csrBody,
  csrNames,
  selfSignBody,
  selfSignNames,
  signCertificateBody,
  signCertificateNames,
  type TsbCertificateInput,
  type TsbCsrInput,
  type TsbSelfSignInput,
  type TsbSignCertificateInput,
} from './certificate-input.js';
import { atLevel, type CertificateLevelOptions } from './certificate-level.js';
import { certificatesOf, csrOfFile, csrOfText, madeCertificate } from './certificate-text.js';
import { checkCallOptions, checkObject } from './options.js';
import {
  bytesText,
  checkRequest,
  checkRequestOptions,
  metadataNames,
  metadataOf,
  type RequestCallOptions,
  type WithMetadata,
} from './wire-values.js';

/** An input of a synchronous call, which takes fewer algorithms. */
export type AtOnce<Input extends TsbCertificateInput> = Omit<Input, 'algorithm'> & { readonly algorithm: CertificateAlgorithm };

/** `client.certificates.request`: a certificate signing request of a key. */
export interface TsbCsrCalls {
  /** PKCS#10 DER. The key then also holds a self-signed certificate. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_REQUEST_FAILED` */
  synchronous(request: AtOnce<TsbCsrInput>, options?: CallOptions): Promise<Uint8Array>;
  /** The same from the download call. */
  download(request: AtOnce<TsbCsrInput>, options?: CallOptions): Promise<Uint8Array>;
  /** Creates a request, and returns its id; its `result` is PEM. @throws SignError `ERR_OUTCOME_UNKNOWN` when the id was lost */
  asynchronous(request: TsbCsrInput & WithMetadata, options?: RequestCallOptions): Promise<string>;
}

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

/** `client.certificates` (role keyOperation, `tsb-rest-api.md` §2.5 and §2.7). */
export interface TsbCertificates {
  readonly request: TsbCsrCalls;
  /** The certificate is stored with its key. */
  readonly selfSign: TsbCertificateCalls<TsbSelfSignInput>;
  /** Makes a certificate of somebody's signing request; who asked is the caller's to check. */
  readonly sign: TsbCertificateCalls<TsbSignCertificateInput>;
  /** Attaches a certificate (DER) to the key of this label. */
  import(label: string, certificate: Uint8Array, options?: CallOptions): Promise<void>;
  /** The certificates stored with a key, DER, in the order the TSB has them. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND` */
  get(label: string, options?: CallOptions): Promise<Uint8Array[]>;
  /** Takes the certificate off the key. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` */
  delete(label: string, options?: CallOptions): Promise<void>;
}

/** Parts the level from the options of a call. */
function leveled<O extends CertificateLevelOptions>(where: string, given: O) {
  checkObject(`options of ${where}`, given);
  const { apiLevel, ...options } = given;
  return [apiLevel, options] as const;
}

function csrCalls(call: CallEndpoint): TsbCsrCalls {
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

function selfSignCalls(call: CallEndpoint): TsbCertificateCalls<TsbSelfSignInput> {
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

function signCertificateCalls(call: CallEndpoint): TsbCertificateCalls<TsbSignCertificateInput> {
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

export function certificateCalls(call: CallEndpoint): TsbCertificates {
  return {
    request: csrCalls(call),
    selfSign: selfSignCalls(call),
    sign: signCertificateCalls(call),
    import: async (label, certificate, options = {}) => {
      checkCallOptions('certificates.import', options);
      bytesText('certificate', certificate);
      await call(endpoints.importCertificate, { label, certificate: base64Text(certificate) }, options);
    },
    get: async (keyName, options = {}) => {
      checkCallOptions('certificates.get', options);
      const answer: CertificateAnswer = await call(endpoints.certificate, undefined, { ...options, path: { keyName } });
      return certificatesOf(answer);
    },
    delete: async (keyName, options = {}) => {
      checkCallOptions('certificates.delete', options);
      await call(endpoints.deleteCertificate, undefined, { ...options, path: { keyName } });
    },
  };
}
