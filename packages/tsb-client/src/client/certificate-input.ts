import { invalidArgument } from '@securosys/core';
import { pemText } from '@securosys/pki';
import type {
  CertificateAlgorithm,
  CertificateKeyUsage,
  ExtendedKeyUsage,
  ExtensionCopying,
  SanType,
  TsbSignatureAlgorithm,
} from '../api/algorithms.js';
import type { StandardCertificateAttributes } from '../api/certificates.js';
import { toCharArray } from '../api/char-array.js';
import { checkObject } from './options.js';
import { bytesText } from './wire-values.js';

/** Subject of a certificate, by the names that X.509 gives its parts; only `commonName` is needed. */
export type TsbSubject = StandardCertificateAttributes;

/** How servers want a subject (§8, 4): newer ones all of its parts, those up to 2.2 its common name only. */
export type CertificateApiLevel = 'standardAttributes' | 'commonName';

/** What every call for a certificate has. */
export interface TsbCertificateInput {
  /** Of the key that signs. */
  readonly label: string;
  readonly password?: string;
  /** The synchronous calls take RSA with PKCS#1 v1.5, ECDSA and `EDDSA` only (`certificateAlgorithms`). */
  readonly algorithm: TsbSignatureAlgorithm;
  readonly subject: TsbSubject;
  readonly keyUsage?: readonly CertificateKeyUsage[];
  readonly extendedKeyUsage?: readonly ExtendedKeyUsage[];
}

/** An input of a synchronous call, which takes fewer algorithms. */
export type AtOnce<Input extends TsbCertificateInput> = Omit<Input, 'algorithm'> & { readonly algorithm: CertificateAlgorithm };

/** A certificate signing request to be made. */
export interface TsbCsrInput extends TsbCertificateInput {
  /** Days. Servers of 1.17 to 2.2 want it, later ones do not; sent only if given (§8, 5). */
  readonly validity?: number;
}

/** A self-signed certificate to be made. */
export interface TsbSelfSignInput extends TsbCertificateInput {
  /** Days. */
  readonly validity: number;
  readonly certificateAuthority: boolean;
}

/** Somebody's certificate signing request, to be made into a certificate. */
export interface TsbSignCertificateInput extends TsbCertificateInput {
  readonly certificateAuthority: boolean;
  /** PKCS#10 DER. */
  readonly certificateSigningRequest: Uint8Array;
  /** Days. Only newer servers know it; sent only if given (§8, 5). */
  readonly validity?: number;
  /** Newer servers: the key that the certificate is stored with. */
  readonly keyName?: string;
  /** Newer servers: whether extensions that the request asks for are taken over. Default of the server: `NO_COPY`. */
  readonly copyExtensions?: ExtensionCopying;
  /** Newer servers. */
  readonly subjectAlternativeNames?: readonly { readonly sanType: SanType; readonly sanValue: string }[];
}

const commonNames = ['label', 'password', 'algorithm', 'subject', 'keyUsage', 'extendedKeyUsage', 'validity'] as const;
export const csrNames: readonly string[] = commonNames;
export const selfSignNames: readonly string[] = [...commonNames, 'certificateAuthority'];
export const signCertificateNames: readonly string[] = [
  ...selfSignNames,
  'certificateSigningRequest',
  'keyName',
  'copyExtensions',
  'subjectAlternativeNames',
];

const common = ({ label, password, keyUsage, extendedKeyUsage }: TsbCertificateInput) => ({
  signKeyName: label,
  keyPassword: toCharArray(password),
  ...(keyUsage && { keyUsage }),
  ...(extendedKeyUsage && { extendedKeyUsage }),
});

const days = (validity: number | undefined) => (validity === undefined ? {} : { validity });

/** Whether a subject is a common name and nothing else. */
export const isPlainSubject = (subject: TsbSubject): boolean =>
  Object.entries(subject).every(([name, value]) => name === 'commonName' || value === undefined || value === null);

function subjectOf(subject: TsbSubject, level: CertificateApiLevel) {
  if (level === 'standardAttributes') return { standardCertificateAttributes: subject };
  if (!isPlainSubject(subject)) invalidArgument("a subject of more than its common name needs apiLevel 'standardAttributes'");
  return { commonName: subject.commonName };
}

export function csrBody(input: TsbCsrInput) {
  checkObject('subject', input.subject);
  return { ...common(input), standardCertificateAttributes: input.subject, ...days(input.validity) };
}

export function selfSignBody(input: TsbSelfSignInput, level: CertificateApiLevel) {
  checkObject('subject', input.subject);
  const { validity, certificateAuthority } = input;
  return { ...common(input), validity, certificateAuthority, ...subjectOf(input.subject, level) };
}

export function signCertificateBody(input: TsbSignCertificateInput, level: CertificateApiLevel) {
  checkObject('subject', input.subject);
  const { certificateAuthority, certificateSigningRequest, validity, keyName, copyExtensions, subjectAlternativeNames } = input;
  bytesText('certificateSigningRequest', certificateSigningRequest);
  return {
    ...common(input),
    ...subjectOf(input.subject, level),
    certificateAuthority,
    certificateSigningRequest: pemText(certificateSigningRequest, 'CERTIFICATE REQUEST'),
    ...days(validity),
    ...(keyName !== undefined && { keyName }),
    ...(copyExtensions !== undefined && { copyExtensions }),
    ...(subjectAlternativeNames && { subjectAlternativeNames }),
  };
}
