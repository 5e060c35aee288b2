import { SignError, type SignErrorCode, type SignErrorDetails } from '@securosys/core';

/** Stable names of what can be wrong with an answer about revocation, as `details.rule` of the errors in a report carries them. */
export type RevocationFault =
  | 'url-refused'
  | 'http-status'
  | 'malformed'
  | 'algorithm'
  | 'signature'
  | 'critical-extension'
  | 'next-update-missing'
  | 'expired'
  | 'not-yet-valid'
  | 'ocsp-error'
  | 'ocsp-nonce'
  | 'ocsp-other-certificate'
  | 'ocsp-responder'
  | 'ocsp-responder-usage'
  | 'ocsp-responder-validity'
  | 'ocsp-responder-revocation'
  | 'ocsp-unknown'
  | 'crl-issuer'
  | 'crl-issuer-usage'
  | 'crl-scope'
  | 'crl-indirect'
  | 'crl-is-delta'
  | 'crl-removed-from-base'
  | 'delta-missing'
  | 'delta-not-delta'
  | 'delta-number'
  | 'delta-scope';

/** An error that says in `details.rule` what is wrong. */
export function faultError(
  rule: RevocationFault,
  message: string,
  { code = 'ERR_NOT_TRUSTED', details = {}, cause }: { code?: SignErrorCode; details?: SignErrorDetails; cause?: unknown } = {},
): SignError {
  return new SignError(code, message, { details: { ...details, rule }, ...(cause !== undefined && { cause }) });
}

/** Reads foreign DER: every complaint becomes one about `what`, and nothing but a `SignError` comes out. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!SignError.is(cause) || cause.details.rule !== undefined) throw cause;
    const why = cause.message.replace(/^certificate is malformed: /, '');
    throw faultError('malformed', `${what} cannot be read: ${why}`, { code: cause.code, cause });
  }
}
