import { equalBytes, hashBytes, invalidArgument, knownOptions, SignError } from '@securosys/core';
import { type Certificate, isCertificate } from '../certificate.js';
import { type PathBudget, pathBudget, type TimestampChain, timestampChain } from './path.js';
import { reading, refuse } from './reasons.js';
import { checkSignature, checkSignedAttributes } from './signature.js';
import type { TimestampSigner } from './signer-info.js';
import { signingCertificate } from './signing-certificate.js';
import type { VerifiedTimestamp, VerifyTimestampOptions } from './timestamp.js';
import { parseTimestampToken, type TimestampToken } from './token.js';

const optionNames = ['message', 'anchors', 'at', 'allowBer'];

/** Steps 2 to 7 for one signer. */
function checkSigner(
  token: TimestampToken,
  signer: TimestampSigner,
  anchors: readonly Certificate[],
  at: number,
  budget: PathBudget,
): TimestampChain {
  if (signer.version !== 1 || !signer.sid) refuse('signer-version');
  const { signedAttributes } = signer;
  if (!signedAttributes || signer.attributes.size === 0) refuse('signed-attributes-missing');
  const certificate = signingCertificate(token, signer);
  const chain = timestampChain(certificate, token.certificates, anchors, at, budget);
  checkSignature(signer, signedAttributes, certificate);
  checkSignedAttributes(token, signer, chain);
  return chain;
}

/** The chain of the first signer of whom everything is right; the error of the last one when there is none. */
function trustedChain(token: TimestampToken, anchors: readonly Certificate[], at: number): TimestampChain {
  const budget = pathBudget();
  let last: unknown;
  for (const signer of token.signers) {
    try {
      return reading('token-malformed', 'token-limit', () => checkSigner(token, signer, anchors, at, budget));
    } catch (error) {
      if (!SignError.is(error)) throw error;
      last = error;
    }
  }
  if (last) throw last;
  return refuse('signer-missing');
}

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
  const parsed = parseTimestampToken(token, { allowBer });
  return verifyParsed(parsed, message, anchors, at ?? parsed.genTime);
}

/** The same for a token that was taken apart already. */
export function verifyParsed(
  token: TimestampToken,
  message: Uint8Array,
  anchors: readonly Certificate[],
  at: number,
): VerifiedTimestamp {
  const { genTime, accuracyMs, policy, serial, hash, imprint } = token;
  if (!equalBytes(imprint, hashBytes(hash, message))) refuse('imprint-mismatch');
  const chain = trustedChain(token, anchors, at);
  return { genTime, accuracyMs, policy, serial, hash, imprint, chain };
}
