import { dto } from './dto.js';
import { type Infer, object, optional } from './shape.js';
import { base64NotEmpty, name, text } from './values.js';

const importCertificateShape = object({
  label: name,
  /** Base64 DER. */
  certificate: base64NotEmpty,
});
const certificateShape = object({
  label: optional(text),
  /** PEM, or base64 of DER. */
  certificate: optional(text),
  /** What newer servers answer instead. */
  rawCertificate: optional(text),
});

/** Body of a certificate import: the certificate of a key, by the key's label. */
export interface ImportCertificate extends Infer<typeof importCertificateShape> {}
/** A certificate in an answer; servers differ in which member holds it. */
export interface CertificateAnswer extends Infer<typeof certificateShape> {}

/** {@link ImportCertificate} on the wire. */
export const importCertificateDto = dto<ImportCertificate>('import certificate', importCertificateShape);
/** {@link CertificateAnswer} on the wire. */
export const certificateDto = dto<CertificateAnswer>('certificate', certificateShape);
