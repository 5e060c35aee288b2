import { SignError } from '@securosys/core';
import { isEmulated, type VerifiedTimestamp, verifyTimestampToken } from '@securosys/pki';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import { refuse } from '../refusal.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import { anchorOf, certificatesIn, type LoadedStore, loadStores } from '../trust/trust-anchors.js';
import type { OpenResult } from './evaluate-checks.js';
import type { EvaluateRules } from './evaluate-rules.js';
import { subjectOf, summaryOf } from './outcome-findings.js';
import { askRevocation, namesResponders, statusOf } from './revocation-check.js';

/**
 * Whether the timestamp must be looked at (`notation.md` §9.3 step 1): the policy names authorities, and wants it always or one of the
 * certificates has expired by now.
 */
export function timestampCounts({ attributes, chain }: OpenEnvelope, statement: VerificationStatement, now: number): boolean {
  if (attributes.scheme !== 'notary.x509' || !statement.trustStores.some(({ type }) => type === 'tsa')) return false;
  return statement.verifyTimestamp === 'always' || chain.some(({ notAfter }) => now > notAfter);
}

async function verified(
  token: Uint8Array,
  open: OpenEnvelope,
  stores: readonly LoadedStore[],
  allowBer: boolean,
): Promise<VerifiedTimestamp> {
  const anchors = certificatesIn(stores);
  try {
    return await verifyTimestampToken(token, { message: open.signature, anchors, allowBer });
  } catch (error) {
    if (!SignError.is(error) || error.code === 'ERR_INVALID_ARGUMENT') throw error;
    return refuse('timestamp-invalid', `the timestamp of the signature is not valid: ${error.message}`);
  }
}

/** Every certificate of the signing chain was valid at each instant that the timestamp may mean (`notation.md` §9.3 step 3). */
function checkValidity({ chain }: OpenEnvelope, { genTime, accuracyMs }: VerifiedTimestamp): void {
  if (chain.some(({ notBefore, notAfter }) => genTime - accuracyMs < notBefore || genTime + accuracyMs > notAfter))
    refuse('timestamp-outside-validity', 'a certificate of the chain was not valid throughout the time of the timestamp');
}

/**
 * The timestamp step of `notation.md` §9.3: token, imprint, authority, the signing chain's validity at that time, and the revocation of
 * the authority's chain, which a policy cannot switch off by itself (§20.4 #58).
 */
export async function checkTimestamp(
  result: OpenResult,
  open: OpenEnvelope,
  statement: VerificationStatement,
  rules: EvaluateRules,
): Promise<void> {
  const token = open.timestamp;
  if (!token || token.byteLength === 0) return refuse('timestamp-missing', 'the signature has no timestamp');
  const stores = await loadStores(statement, rules.trustStore, 'tsa');
  const timestamp = await verified(token, open, stores, rules.compatibility?.berTimestamps === true);
  const anchor = anchorOf(timestamp.chain, stores);
  if (!anchor) return refuse('timestamp-invalid', "the timestamp's authority does not reach a trust store of the policy");
  const { genTime, accuracyMs, policy, serial, hash, chain } = timestamp;
  const found = { time: genTime, accuracyMs, policy, serial, hash, authority: subjectOf(chain[0]), anchor };
  result.timestamp = found;
  if (rules.allowEmulated !== true && chain.some(isEmulated)) refuse('emulated', 'the timestamp was made by an emulator');
  checkValidity(open, timestamp);
  if (!namesResponders(chain)) return;
  const report = await askRevocation(chain, 'timestamping', rules);
  result.timestamp = { ...found, revocation: summaryOf(report) };
  const status = statusOf(report, chain);
  if (status === 'revoked') refuse('timestamp-authority-revoked', "a certificate of the timestamp's authority was revoked");
  if (status !== 'ok') refuse('timestamp-authority-unknown', "nobody could say whether the timestamp's authority was revoked");
}
