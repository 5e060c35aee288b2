import { base64Bytes, utf8Bytes } from '@securosys/core';
import { maxLoginAgeSeconds, maxLoginFutureSeconds } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { type Approver, readApprover } from './approver.js';
import { approverSignatureHolds } from './approver-signature.js';

/** Body members that authenticate an approver (`tsb-rest-api.md` §5.2). */
export interface LoginFields {
  readonly timestamp: string;
  readonly timestampSignature: string;
  readonly timestampDigestAlgorithm: string;
  readonly approverPublicKey?: string | null | undefined;
  readonly approverCertificate?: string | null | undefined;
  readonly timestampSigningCertificate?: string | null | undefined;
}

/** `maxTimestampDiffApprovalClient` and `maxFutureTimestampDiffApprovalClient`, in seconds. */
export interface LoginWindow {
  readonly maxAge: number;
  readonly maxFuture: number;
}

export const defaultLoginWindow: LoginWindow = { maxAge: maxLoginAgeSeconds, maxFuture: maxLoginFutureSeconds };

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The approver who signed the timestamp, if it is inside the window.
 * @param now milliseconds
 * @throws SignError with the TSB error 404 outside the window, 403 for a bad signature, 405 for a notification service, which the emulator has none of
 */
export function approverOfLogin(fields: LoginFields, now: number, window: LoginWindow): Approver {
  if (fields.timestampSigningCertificate != null) throw failure(405, 'no timestamp signing certificate is allowed here');
  const at = iso.test(fields.timestamp) ? Date.parse(fields.timestamp) : Number.NaN;
  if (Number.isNaN(at)) throw failure(600, 'timestamp is not ISO-8601 with seconds and zone');
  const approver = readApprover(fields);
  const signature = base64Bytes(fields.timestampSignature, 'timestampSignature');
  const signed = utf8Bytes(fields.timestamp);
  if (!approverSignatureHolds(approver.key, fields.timestampDigestAlgorithm, signed, signature))
    throw failure(403, 'the timestamp signature does not verify');
  if (now - at > window.maxAge * 1000 || at - now > window.maxFuture * 1000)
    throw failure(404, `timestamp is more than ${window.maxAge} s old or more than ${window.maxFuture} s ahead`);
  return approver;
}
