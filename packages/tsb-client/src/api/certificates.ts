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

export interface ImportCertificate extends Infer<typeof importCertificateShape> {}
export interface CertificateAnswer extends Infer<typeof certificateShape> {}

export const importCertificateDto = dto<ImportCertificate>('import certificate', importCertificateShape);
export const certificateDto = dto<CertificateAnswer>('certificate', certificateShape);
