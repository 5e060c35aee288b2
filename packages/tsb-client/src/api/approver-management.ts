import { dto } from './dto.js';
import { type Infer, list, nullable, object, oneOfOpen, optional } from './shape.js';
import { base64NotEmpty, charArray, name, positive, text, textOrChars, uuid } from './values.js';

const createApproverShape = object({
  approverName: name,
  algorithm: oneOfOpen(['RSA']),
  /** Bits. */
  keySize: optional(positive),
  backupPassword: charArray,
  /** Days. */
  validity: positive,
});

const onboardShape = object({
  approverName: name,
  oneTimeCode: charArray,
  /** 16 or 32 bytes of UTF-8: the AES key of the answer. */
  transportPassword: charArray,
});

const oneTimeCodeShape = object({ oneTimeCode: textOrChars });
const onboardedShape = object({
  /** Base64; AES-GCM of a PKCS#12 file with the 16-byte tag appended. */
  encryptedPayload: base64NotEmpty,
  /** Base64 of 12 bytes. */
  initializationVector: base64NotEmpty,
});
const approverNameShape = object({ approverName: name });
const forgotPasswordShape = object({ approverName: name, newBackupPassword: charArray });
const forgottenShape = object({
  /** Of the request whose result is the one-time code. */
  unwrapRequestId: uuid,
});

const memberShape = object({ approverName: text, approverCertificate: optional(text) });
const statusShape = object({
  onboarded: nullable(list<OnboardedApprover>(memberShape)),
  pending: nullable(list<OnboardedApprover>(memberShape)),
});

/** An approver to be made, whose key the HSM generates (§5.7). */
export interface CreateApprover extends Infer<typeof createApproverShape> {}
/** What an approver sends to fetch the key that was made for him (§5.7). */
export interface OnboardApprover extends Infer<typeof onboardShape> {}
/** A code that works once. */
export interface OneTimeCode extends Infer<typeof oneTimeCodeShape> {}
/** The approver's key and certificate, under the transport password. */
export interface OnboardAnswer extends Infer<typeof onboardedShape> {}
/** An approver by name. */
export interface ApproverName extends Infer<typeof approverNameShape> {}
/** Body of a call that replaces a forgotten backup password. */
export interface ForgotPassword extends Infer<typeof forgotPasswordShape> {}
/** Answer of that call. */
export interface ForgotPasswordAnswer extends Infer<typeof forgottenShape> {}
/** An approver in the status list; the certificate, a PEM block, is there once he is onboarded. */
export interface OnboardedApprover extends Infer<typeof memberShape> {}
/** Who is onboarded, and who is not yet. */
export interface OnboardingStatus extends Infer<typeof statusShape> {}

/** {@link CreateApprover} on the wire. */
export const createApproverDto = dto<CreateApprover>('create approver', createApproverShape);
/** {@link OnboardApprover} on the wire. */
export const onboardApproverDto = dto<OnboardApprover>('onboard approver', onboardShape);
/** {@link OneTimeCode} on the wire. */
export const oneTimeCodeDto = dto<OneTimeCode>('one-time code', oneTimeCodeShape);
/** {@link OnboardAnswer} on the wire. */
export const onboardAnswerDto = dto<OnboardAnswer>('onboarding answer', onboardedShape);
/** {@link ApproverName} on the wire. */
export const approverNameDto = dto<ApproverName>('approver name', approverNameShape);
/** {@link ForgotPassword} on the wire. */
export const forgotPasswordDto = dto<ForgotPassword>('forgotten backup password', forgotPasswordShape);
/** {@link ForgotPasswordAnswer} on the wire. */
export const forgotPasswordAnswerDto = dto<ForgotPasswordAnswer>('password reset id', forgottenShape);
/** {@link OnboardingStatus} on the wire. */
export const onboardingStatusDto = dto<OnboardingStatus>('onboarding status', statusShape);
