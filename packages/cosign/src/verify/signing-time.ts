import { SignError, sanitizeText } from '@securosys/core';
import { checkTimestampRevocation, isEmulated, verifyTimestampToken } from '@securosys/pki';
import { timestampToken } from '../signing/timestamp-response.js';
import { refuse } from './reasons.js';
import type { CosignTimestamp } from './report.js';
import type { TimestampRules } from './timestamp-policy.js';
import type { TrustRules } from './trust.js';
import type { TrustedKey } from './trusted-key.js';

/** What a signature brings as a proof of its time. */
export interface TimeEvidence {
  /** RFC 3161 TimeStampResp, DER, each. */
  readonly timestamps: readonly Uint8Array[];
  /** What they have to be about (`cosign.md` §13): the signature, or the envelope of an `.att` layer. */
  readonly message: Uint8Array;
}

async function verified(response: Uint8Array, message: Uint8Array, rules: TimestampRules): Promise<CosignTimestamp> {
  const { anchors, allowEmulated, revocation } = rules;
  const { genTime, accuracyMs, chain } = await verifyTimestampToken(timestampToken(response), { message, anchors });
  if (!allowEmulated && chain.some(isEmulated)) refuse('timestamp-invalid', 'the timestamp was made by an emulator');
  if (revocation) await checkTimestampRevocation(chain, revocation);
  return { time: genTime, accuracyMs, authority: sanitizeText(chain[0].subjectText, 400) };
}

/** The first timestamp of which everything is right. Others may stand beside it, of authorities that are not ours. */
async function goodTimestamp(rules: TimestampRules, evidence: TimeEvidence): Promise<CosignTimestamp | undefined> {
  const { timestamps, message } = evidence;
  let first: SignError | undefined;
  for (const response of timestamps) {
    try {
      return await verified(response, message, rules);
    } catch (error) {
      if (!SignError.is(error) || error.code === 'ERR_INVALID_ARGUMENT') throw error;
      first ??= error;
    }
  }
  if (first) return refuse('timestamp-invalid', `no timestamp of the signature is valid: ${first.message}`);
  return rules.required ? refuse('timestamp-missing', 'the signature has no timestamp') : undefined;
}

/**
 * Whether the key could make the signature when it was made (`cosign.md` §10.9): at the time of a trusted timestamp, with its accuracy, and
 * without one now.
 * @throws SignError a refusal
 */
export async function checkTime(
  { timestamps }: TrustRules,
  { validFrom, validUntil }: TrustedKey,
  evidence: TimeEvidence,
  now: number,
): Promise<CosignTimestamp | undefined> {
  const timestamp = timestamps && (await goodTimestamp(timestamps, evidence));
  const time = timestamp?.time ?? now;
  const around = timestamp?.accuracyMs ?? 0;
  if (time - around < validFrom || time + around > validUntil)
    refuse(
      'key-not-valid',
      timestamp ? 'the key was not valid when it signed' : 'the key is not valid now, and no timestamp says when it signed',
    );
  return timestamp;
}
