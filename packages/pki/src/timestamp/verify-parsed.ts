import { equalBytes, hashBytes, SignError } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { type PathBudget, pathBudget, type TimestampChain, timestampChain } from './path.js';
import { reading, refuse } from './reasons.js';
import { checkSignature, checkSignedAttributes } from './signature.js';
import type { TimestampSigner } from './signer-info.js';
import { signingCertificate } from './signing-certificate.js';
import type { VerifiedTimestamp } from './timestamp.js';
import { parseTimestampToken, type TimestampToken } from './token.js';

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

/** Steps 1 to 7 of `notation.md` §9.2 for a token that was taken apart already. */
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

/** The same for a token as it came; `at` is the token's own time where nobody says another. */
export function verifyToken(
  token: Uint8Array,
  message: Uint8Array,
  anchors: readonly Certificate[],
  { at, allowBer }: { readonly at: number | undefined; readonly allowBer: boolean },
): VerifiedTimestamp {
  const parsed = parseTimestampToken(token, { allowBer });
  return verifyParsed(parsed, message, anchors, at ?? parsed.genTime);
}
