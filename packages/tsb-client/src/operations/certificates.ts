import { invalidArgument, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { type CertificateAlgorithm, certificateAlgorithms } from '../api/algorithms.js';
import type { TsbCertificateInput, TsbCsrInput, TsbSelfSignInput, TsbSignCertificateInput } from '../client/certificate-input.js';
import type { CertificateLevelOptions } from '../client/certificate-level.js';
import { bytesText } from '../client/wire-values.js';
import { readRequest } from './certificate-checks.js';
import type { TsbActIdentity } from './identity.js';
import { checkPlanned, inputHash, type Plan, type TsbRequestContext } from './plan.js';

/** A certificate signing request to be made. The key's password is the backend's. */
export interface TsbCsrRequest extends Omit<TsbCsrInput, 'password'>, TsbRequestContext {}
/** A self-signed certificate to be made. */
export interface TsbSelfSignRequest extends Omit<TsbSelfSignInput, 'password'>, TsbRequestContext {}
/** Somebody's certificate signing request, to be made into a certificate. */
export interface TsbSignCertificateRequest extends Omit<TsbSignCertificateInput, 'password'>, TsbRequestContext {}

type Identified = Omit<TsbCertificateInput, 'password'> & TsbRequestContext;

function identityOf({ label, algorithm, subject, spkiSha256 }: Identified, input: object): Omit<TsbActIdentity, 'kind'> {
  if (typeof subject?.commonName !== 'string') invalidArgument('a certificate needs a subject with a commonName');
  return {
    inputSha256: inputHash(input),
    keyLabel: label,
    algorithm,
    commonName: subject.commonName,
    ...(spkiSha256 !== undefined && { spkiSha256 }),
  };
}

/** The synchronous calls take fewer algorithms; what they do not take is said before anything is sent. */
function atOnceAlgorithm(algorithm: string): CertificateAlgorithm {
  const known = certificateAlgorithms.find((name) => name === algorithm);
  return known ?? invalidArgument(`a certificate made at once is signed by one of ${certificateAlgorithms.join(', ')}`);
}

const withPassword = (password: string | undefined) => (password === undefined ? {} : { password });
const asText = (der: Uint8Array, label: string): Uint8Array => utf8Bytes(pemText(der, label));

export function csrPlan(request: TsbCsrRequest): Plan<'csr'> {
  checkPlanned('requestCertificate', request);
  const { spkiSha256: _, claims = {}, ...input } = request;
  return {
    identity: { kind: 'csr', ...identityOf(request, input) },
    rule: 'ruleUse',
    operation: 'certificate',
    claims,
    async atOnce(groups, password, options) {
      const algorithm = atOnceAlgorithm(input.algorithm);
      const der = await groups.certificates.request.synchronous({ ...input, ...withPassword(password), algorithm }, options);
      return asText(der, 'CERTIFICATE REQUEST');
    },
    ask: (groups, extras, options) => groups.certificates.request.asynchronous({ ...input, ...extras }, options),
  };
}

export function selfSignPlan(request: TsbSelfSignRequest, level: CertificateLevelOptions): Plan<'self-sign'> {
  checkPlanned('selfSign', request);
  const { spkiSha256: _, claims = {}, ...input } = request;
  return {
    identity: {
      kind: 'self-sign',
      ...identityOf(request, input),
      authority: input.certificateAuthority ? 'yes' : 'no',
    },
    rule: 'ruleUse',
    operation: 'certificate',
    claims,
    async atOnce(groups, password, options) {
      const body = { ...input, ...withPassword(password), algorithm: atOnceAlgorithm(input.algorithm) };
      return asText(await groups.certificates.selfSign.synchronous(body, { ...options, ...level }), 'CERTIFICATE');
    },
    ask: (groups, extras, options) =>
      groups.certificates.selfSign.asynchronous({ ...input, ...extras }, { ...options, ...level }),
  };
}

export function signCertificatePlan(
  request: TsbSignCertificateRequest,
  level: CertificateLevelOptions,
): Plan<'certificate-sign'> {
  checkPlanned('signCertificate', request);
  const { spkiSha256: _, claims = {}, ...input } = request;
  bytesText('certificateSigningRequest', input.certificateSigningRequest);
  const { spkiSha256: subjectSpkiSha256 } = readRequest(input.certificateSigningRequest);
  return {
    identity: {
      kind: 'certificate-sign',
      ...identityOf(request, input),
      authority: input.certificateAuthority ? 'yes' : 'no',
      subjectSpkiSha256,
    },
    rule: 'ruleUse',
    operation: 'certificate',
    claims,
    async atOnce(groups, password, options) {
      const body = { ...input, ...withPassword(password), algorithm: atOnceAlgorithm(input.algorithm) };
      return asText(await groups.certificates.sign.synchronous(body, { ...options, ...level }), 'CERTIFICATE');
    },
    ask: (groups, extras, options) => groups.certificates.sign.asynchronous({ ...input, ...extras }, { ...options, ...level }),
  };
}
