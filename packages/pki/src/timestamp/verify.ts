import { invalidArgument, knownOptions } from '@securosys/core';
import { isCertificate } from '../certificate.js';
import type { VerifiedTimestamp, VerifyTimestampOptions } from './timestamp.js';

const optionNames = ['message', 'anchors', 'at', 'allowBer'];

/**
 * Verifies an RFC 3161 TimeStampToken as `notation.md` §9.2 has it, and the authority's chain by the timestamping rules of §8. Whether a
 * certificate of that chain was revoked is asked separately: {@link checkTimestampRevocation}.
 * @param token DER, at most 1 MiB
 * @returns what the token says, and the chain that stands behind it
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_DIGEST_MISMATCH`, `ERR_SIGNATURE_MISMATCH`,
 * `ERR_CHAIN_INVALID` (with `details.rule` for a rule of §8), `ERR_NOT_TRUSTED`, each with `details.reason` (`TimestampReason`);
 * `ERR_INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { type Certificate, verifyTimestampToken } from '@securosys/pki';
 * declare const token: Uint8Array, signature: Uint8Array, roots: Certificate[];
 * const { genTime, chain } = await verifyTimestampToken(token, { message: signature, anchors: roots });
 * console.log(new Date(genTime).toISOString(), chain[0].subjectText);
 * ```
 */
export async function verifyTimestampToken(token: Uint8Array, options: VerifyTimestampOptions): Promise<VerifiedTimestamp> {
  knownOptions('verifyTimestampToken', options, optionNames);
  const { message, anchors, at, allowBer = false } = options;
  if (!(message instanceof Uint8Array)) invalidArgument('message is no Uint8Array');
  if (!Array.isArray(anchors) || !anchors.every(isCertificate))
    invalidArgument('anchors are no list of certificates, as parseCertificate gives them');
  if (at !== undefined && !Number.isFinite(at)) invalidArgument('at is no time in milliseconds');
  // Most signatures have no timestamp, and who verifies those reads none of this.
  const { verifyToken } = await import('./verify-parsed.js');
  return verifyToken(token, message, anchors, { at, allowBer });
}
