import { tsbSignatureAlgorithms } from './algorithms.js';
import { certificateAlgorithms, extendedKeyUsages, extensionCopying, keyUsages, sanTypes } from './certificate-names.js';
import { dto } from './dto.js';
import { tagged } from './envelope.js';
import { type Infer, list, named, object, oneOf, oneOfOpen, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { charArray, flag, name, positive, text, uuid } from './values.js';

const standardCertificateAttributesShape = object({
  commonName: name,
  country: optional(text),
  stateOrProvinceName: optional(text),
  locality: optional(text),
  organizationName: optional(text),
  organizationIdentifier: optional(text),
  organizationUnitName: optional(text),
  email: optional(text),
  title: optional(text),
  surname: optional(text),
  givenName: optional(text),
  initials: optional(text),
  pseudonym: optional(text),
  generationQualifier: optional(text),
});

const subject = optional<StandardCertificateAttributes>(standardCertificateAttributesShape);
const usages = { keyUsage: optional(list(oneOfOpen(keyUsages))), extendedKeyUsage: optional(list(oneOfOpen(extendedKeyUsages))) };
/** Days. Newer servers take none in a signing request (§8, 5). */
const validity = optional(positive);

/** The synchronous calls take fewer algorithms than the asynchronous ones (§2.7). */
const synchronous = { signKeyName: name, keyPassword: optional(charArray), signatureAlgorithm: oneOfOpen(certificateAlgorithms) };
const asynchronous = { ...synchronous, signatureAlgorithm: oneOfOpen(tsbSignatureAlgorithms), ...tagged };

const csr = {
  standardCertificateAttributes: named<StandardCertificateAttributes>(standardCertificateAttributesShape),
  validity,
  ...usages,
};
const selfSign = {
  validity: positive,
  /** Up to 2.2; newer servers take `standardCertificateAttributes` (§8, 4). */
  commonName: optional(name),
  standardCertificateAttributes: subject,
  certificateAuthority: flag,
  ...usages,
};
const signCertificate = {
  commonName: optional(name),
  standardCertificateAttributes: subject,
  certificateAuthority: flag,
  /** PEM. */
  certificateSigningRequest: name,
  ...usages,
  validity,
  keyName: optional(name),
  copyExtensions: optional(oneOf(extensionCopying)),
  subjectAlternativeNames: optional(list(object({ sanType: oneOf(sanTypes), sanValue: name }))),
};

const csrShape = object({ ...synchronous, ...csr });
const selfSignShape = object({ ...synchronous, ...selfSign });
const signCertificateShape = object({ ...synchronous, ...signCertificate });
const requestSignature = optional<RequestSignature>(requestSignatureShape);

export const csrRequestShape = object({ csrSignRequest: object({ ...asynchronous, ...csr }), requestSignature });
export const selfSignRequestShape = object({
  selfSignCertificateRequest: object({ ...asynchronous, ...selfSign }),
  requestSignature,
});
export const signCertificateRequestShape = object({
  signCertificateRequest: object({ ...asynchronous, ...signCertificate }),
  requestSignature,
});

const csrAnswerShape = object({
  label: optional(text),
  /** PEM. */
  certificateSigningRequest: text,
});
const certificateCreatedShape = object({ signRequestId: uuid });

/** A subject, by the names that X.509 gives its parts (§2.7). */
export interface StandardCertificateAttributes extends Infer<typeof standardCertificateAttributesShape> {}
/** Body of a synchronous call for a certificate signing request (§2.7). */
export interface CsrRequest extends Infer<typeof csrShape> {}
/** Body of a synchronous call for a self-signed certificate (§2.7). */
export interface SelfSignRequest extends Infer<typeof selfSignShape> {}
/** Body of a synchronous call that signs somebody's certificate signing request (§2.7). */
export interface SignCertificateRequest extends Infer<typeof signCertificateShape> {}
/** Body of an asynchronous call for a certificate signing request (§2.5). */
export interface AsynchronousCsr extends Infer<typeof csrRequestShape> {}
/** Body of an asynchronous call for a self-signed certificate (§2.5). */
export interface AsynchronousSelfSign extends Infer<typeof selfSignRequestShape> {}
/** Body of an asynchronous call that signs somebody's certificate signing request (§2.5). */
export interface AsynchronousSignCertificate extends Infer<typeof signCertificateRequestShape> {}
/** Id of the request that one of these calls made. */
export interface CertificateCreated extends Infer<typeof certificateCreatedShape> {}
/** A certificate signing request in an answer. */
export interface CsrAnswer extends Infer<typeof csrAnswerShape> {}

/** {@link CsrRequest} on the wire. */
export const csrDto = dto<CsrRequest>('certificate signing request', csrShape);
/** {@link SelfSignRequest} on the wire. */
export const selfSignDto = dto<SelfSignRequest>('self-signed certificate', selfSignShape);
/** {@link SignCertificateRequest} on the wire. */
export const signCertificateDto = dto<SignCertificateRequest>('sign certificate', signCertificateShape);
/** {@link AsynchronousCsr} on the wire. */
export const asynchronousCsrDto = dto<AsynchronousCsr>('asynchronous certificate signing request', csrRequestShape);
/** {@link AsynchronousSelfSign} on the wire. */
export const asynchronousSelfSignDto = dto<AsynchronousSelfSign>('asynchronous self-signed certificate', selfSignRequestShape);
/** {@link AsynchronousSignCertificate} on the wire. */
export const asynchronousSignCertificateDto = dto<AsynchronousSignCertificate>(
  'asynchronous sign certificate',
  signCertificateRequestShape,
);
/** {@link CertificateCreated} on the wire. */
export const certificateCreatedDto = dto<CertificateCreated>('certificate request id', certificateCreatedShape);
/** {@link CsrAnswer} on the wire. */
export const csrAnswerDto = dto<CsrAnswer>('certificate signing request answer', csrAnswerShape);
