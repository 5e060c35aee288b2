import { base64Text, type CallOptions, type Clock, isoSeconds, ownBytes, SignError, utf8Bytes } from '@securosys/core';
import type { ApproverLogin } from '../api/tasks.js';
import type { ApproverKey } from './key.js';

/** Servers take no timestamp from the future by default, and clocks differ; the window into the past is ten minutes. */
const cautionMs = 5_000;

/** How an approver's key is named to the TSB: in the form the policy has. */
export function approverIdentity(key: ApproverKey): Pick<ApproverLogin, 'approverPublicKey' | 'approverCertificate'> {
  return key.certificate ? { approverCertificate: base64Text(key.certificate) } : { approverPublicKey: base64Text(key.spki) };
}

/**
 * Login fields of an approver (`tsb-rest-api.md` §5.2): a signature over a time text. The time is ours; a text that a server
 * proposes is never signed (S13).
 */
export async function approverLogin(key: ApproverKey, clock: Clock): Promise<ApproverLogin> {
  const timestamp = isoSeconds(clock.now() - cautionMs);
  const timestampSignature = base64Text(await key.sign(utf8Bytes(timestamp)));
  return { timestamp, timestampSignature, timestampDigestAlgorithm: key.digestAlgorithm, ...approverIdentity(key) };
}

/**
 * The signature of an approval (`tsb-rest-api.md` §5.5). A key that fails, a card that was pulled out for example, has approved nothing.
 * @throws SignError `ERR_KEY_NOT_USABLE`, or what a key of ours throws
 */
export async function signChallenge(key: ApproverKey, challenge: Uint8Array, call: CallOptions): Promise<Uint8Array> {
  try {
    return await key.sign(ownBytes(challenge), call);
  } catch (cause) {
    if (SignError.is(cause)) throw cause;
    throw new SignError('ERR_KEY_NOT_USABLE', 'the approver key did not sign; nothing was sent', { cause });
  }
}
