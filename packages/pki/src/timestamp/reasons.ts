import { SignError, type SignErrorCode, type SignErrorDetails } from '@securosys/core';

/** Code and sentence of each rule that a timestamp token, or an authority's reply, can break. */
const rules = {
  // the token as bytes (§9.2 step 1)
  'token-too-large': ['ERR_LIMIT', 'the timestamp token is larger than 1 MiB'],
  'token-not-der': ['ERR_MALFORMED', 'the timestamp token is not strict DER; some authorities write BER, which allowBer accepts'],
  'token-malformed': ['ERR_MALFORMED', 'the timestamp token is malformed'],
  'token-limit': ['ERR_LIMIT', 'the timestamp token goes over a limit'],
  'not-signed-data': ['ERR_MALFORMED', 'the timestamp token is no CMS SignedData'],
  'signed-data-version': ['ERR_MALFORMED', 'the SignedData of the timestamp token is not of version 3'],
  'content-type': ['ERR_MALFORMED', 'the content of the timestamp token is no TSTInfo'],
  'certificate-malformed': ['ERR_MALFORMED', 'a certificate in the timestamp token is malformed or no X.509 certificate'],
  // what it says (steps 8 and 9)
  'tst-info-version': ['ERR_MALFORMED', 'the TSTInfo of the timestamp token is not of version 1'],
  'gen-time': ['ERR_MALFORMED', 'the time of the timestamp token is no time in UTC'],
  'critical-extension': ['ERR_MALFORMED', 'the timestamp token has a critical extension that nothing here understands'],
  'imprint-hash': [
    'ERR_ALGORITHM_UNSUPPORTED',
    'the imprint of the timestamp token is made with none of SHA-256, SHA-384, SHA-512',
  ],
  'imprint-mismatch': ['ERR_DIGEST_MISMATCH', 'the timestamp token is about other bytes'],
  // who signed it (steps 2 to 4)
  'signer-missing': ['ERR_MALFORMED', 'nobody signed the timestamp token'],
  'signer-version': ['ERR_MALFORMED', 'the SignerInfo of the timestamp token is not of version 1'],
  'signed-attributes-missing': ['ERR_MALFORMED', 'the timestamp token has no signed attributes'],
  'signing-certificate-missing': ['ERR_MALFORMED', 'the signed attributes of the timestamp token lack SigningCertificateV2'],
  'signing-certificate-hash': ['ERR_ALGORITHM_UNSUPPORTED', 'SigningCertificateV2 uses none of SHA-256, SHA-384, SHA-512'],
  'signing-certificate-absent': ['ERR_NOT_TRUSTED', 'the certificate that signed is not in the timestamp token'],
  'signing-certificate-mismatch': [
    'ERR_NOT_TRUSTED',
    'the certificate that signed the timestamp token is not the one that its signed attributes name',
  ],
  // its chain (steps 5 and 7, and §8)
  'chain-not-trusted': ['ERR_NOT_TRUSTED', 'no trusted root stands behind the timestamp token'],
  'chain-limit': ['ERR_LIMIT', 'the certificates of the timestamp token form too many paths'],
  'chain-rule': ['ERR_CHAIN_INVALID', 'the chain of the timestamp authority breaks a rule'],
  'chain-key-purpose': ['ERR_CHAIN_INVALID', 'a CA above the timestamp authority may not vouch for timestamping'],
  'chain-revoked': ['ERR_NOT_TRUSTED', 'a certificate of the timestamp authority was revoked'],
  'chain-revocation-unknown': ['ERR_NOT_TRUSTED', 'whether the timestamp authority was revoked cannot be found out'],
  // its signature (steps 6 and 7)
  'signature-algorithm': ['ERR_ALGORITHM_UNSUPPORTED', 'the timestamp token is signed with an algorithm that is not accepted'],
  'signature-mismatch': ['ERR_SIGNATURE_MISMATCH', 'the signature of the timestamp token is wrong'],
  'signed-content-type': ['ERR_MALFORMED', 'the signed content-type of the timestamp token is not that of its content'],
  'message-digest': ['ERR_DIGEST_MISMATCH', 'the signed digest of the timestamp token is not that of its content'],
  'signing-time': ['ERR_CHAIN_INVALID', 'the signing time of the timestamp token lies outside the validity of its chain'],
  // an authority's reply (§9.1)
  'reply-status': ['ERR_PROTOCOL', 'the timestamp authority did not answer with status 200'],
  'reply-content-type': ['ERR_PROTOCOL', 'the reply of the timestamp authority is not of type application/timestamp-reply'],
  'reply-not-der': ['ERR_MALFORMED', 'the reply of the timestamp authority is not strict DER; allowBer accepts BER'],
  'reply-malformed': ['ERR_MALFORMED', 'the reply of the timestamp authority is malformed'],
  'request-rejected': ['ERR_PROTOCOL', 'the timestamp authority rejected the request'],
  'reply-policy': ['ERR_PROTOCOL', 'the timestamp authority used another policy than was asked for'],
  'reply-imprint': ['ERR_PROTOCOL', 'the timestamp authority answered about another imprint'],
  'reply-nonce': ['ERR_PROTOCOL', 'the reply of the timestamp authority does not carry the nonce of the request'],
} as const satisfies Readonly<Record<string, readonly [SignErrorCode, string]>>;

/** Stable names of the rules of `notation.md` §9, as `details.reason` of an error about a timestamp carries them. */
export type TimestampReason = keyof typeof rules;

/** The error about one broken rule. `why` is shown behind the sentence of the rule; foreign text in it is escaped by the caller. */
export function timestampError(
  reason: TimestampReason,
  options: { why?: string; cause?: unknown; details?: SignErrorDetails; retryable?: boolean } = {},
): SignError {
  const [code, sentence] = rules[reason];
  const { why, details, retryable } = options;
  return new SignError(code, why === undefined ? sentence : `${sentence}: ${why}`, {
    ...('cause' in options && { cause: options.cause }),
    ...(retryable !== undefined && { retryable }),
    details: { ...details, reason },
  });
}

/** Throws the error about one broken rule. */
export function refuse(reason: TimestampReason, options?: Parameters<typeof timestampError>[1]): never {
  throw timestampError(reason, options);
}

/**
 * What `read` gives. Errors of the strict decoders, which know nothing of timestamps, become the one of this rule; `ERR_LIMIT` stays a
 * limit. Errors that have a reason pass.
 */
export function reading<T>(reason: TimestampReason, limit: TimestampReason, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!SignError.is(error) || error.details.reason !== undefined) throw error;
    throw timestampError(error.code === 'ERR_LIMIT' ? limit : reason, { cause: error });
  }
}
