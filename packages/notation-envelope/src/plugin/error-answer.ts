import { approverText, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import type { PluginErrorCode, PluginErrorResponse } from './contract.js';
import { ContractRefusal } from './refusals.js';

/** What a host is told for each of our codes; everything else is `ERROR` (`notation.md` §17.1). */
const codes: Partial<Record<SignErrorCode, PluginErrorCode>> = {
  ERR_INVALID_ARGUMENT: 'VALIDATION_ERROR',
  ERR_MALFORMED: 'VALIDATION_ERROR',
  ERR_LIMIT: 'VALIDATION_ERROR',
  ERR_ALGORITHM_UNSUPPORTED: 'VALIDATION_ERROR',
  ERR_CAPABILITY_MISSING: 'VALIDATION_ERROR',
  ERR_CROSS_PROTOCOL: 'VALIDATION_ERROR',
  ERR_BLIND_SIGNING: 'VALIDATION_ERROR',
  ERR_CHAIN_INVALID: 'VALIDATION_ERROR',
  ERR_KEY_NOT_FOUND: 'VALIDATION_ERROR',
  ERR_KEY_EXISTS: 'VALIDATION_ERROR',
  ERR_KEY_NOT_USABLE: 'ACCESS_DENIED',
  ERR_AUTHENTICATION: 'ACCESS_DENIED',
  ERR_FORBIDDEN: 'ACCESS_DENIED',
  ERR_VETOED: 'ACCESS_DENIED',
  ERR_APPROVAL_REJECTED: 'ACCESS_DENIED',
  ERR_TIMEOUT: 'TIMEOUT',
  ERR_APPROVAL_PENDING: 'TIMEOUT',
  ERR_RATE_LIMITED: 'THROTTLED',
};

/** What the user can do next, where the message does not say it. */
const advice: Partial<Record<SignErrorCode, string>> = {
  ERR_APPROVAL_PENDING:
    'Nobody has to approve again: run the same notation command once more, with the image by its digest, and it continues this request.',
  ERR_KEY_NOT_FOUND: 'Check the id of the key; this plugin makes keys only when it is told to by name.',
  ERR_KEY_CHANGED: 'The key behind this name is another one than before: find out why before you sign with it.',
  ERR_AUTHENTICATION: 'Check the token or certificate, and the password of the key.',
  ERR_FORBIDDEN: 'The credential may not do this: check its roles and API keys.',
  ERR_CHAIN_INVALID: 'Store the certificates of the key first, leaf to root.',
  ERR_APPROVAL_REJECTED: 'Run the command again to ask anew.',
  ERR_APPROVAL_EXPIRED: 'Run the command again to ask anew.',
  ERR_APPROVAL_CANCELLED: 'Run the command again to ask anew.',
  ERR_REQUEST_STALE: 'Run the command again to ask anew.',
  ERR_OUTCOME_UNKNOWN: 'A request may exist whose id was lost: run the command again to look for it.',
  ERR_NETWORK: 'Check the address and that it can be reached, then run the command again.',
  ERR_UNAVAILABLE: 'Run the command again later.',
  ERR_RATE_LIMITED: 'Run the command again later.',
  ERR_STORE: 'Requests that people decide on cannot be remembered until this is put right.',
};

const longestLine = 2_000;
const idForm = /^[\x21-\x7e]{1,128}$/;

/** People who have and have not approved, so far as the backend says. */
function approvalLines(details: SignError['details']): string[] {
  const { approvals } = details as { approvals?: { approvedBy?: unknown; notYetApprovedBy?: unknown } };
  const names = (value: unknown): string => (Array.isArray(value) ? approverText(value) : '');
  const approved = names(approvals?.approvedBy);
  const missing = names(approvals?.notYetApprovedBy);
  return [...(approved ? [`approved by: ${approved}`] : []), ...(missing ? [`not yet approved by: ${missing}`] : [])];
}

function describe(error: SignError): PluginErrorResponse {
  const { code, message, details } = error;
  const id = details.brokerRequestId ?? details.requestId;
  const requestId = typeof id === 'string' && idForm.test(id) ? id : undefined;
  const next = advice[code];
  const lines = [
    `${message} (${code})`,
    ...(requestId === undefined ? [] : [`request: ${requestId}`]),
    ...approvalLines(details),
    ...(next === undefined ? [] : [next]),
  ];
  return {
    errorCode: codes[code] ?? 'ERROR',
    errorMessage: lines.map((line) => sanitizeText(line, longestLine)).join('\n'),
    errorMetadata: { code, ...(requestId !== undefined && { requestId }) },
  };
}

/**
 * The error object of the contract for anything that was thrown. The host shows its user the message and nothing else, so code, request
 * id and advice stand in it; foreign text is made safe line by line (S11). Errors that are none of ours are not quoted: they may hold
 * anything (S37).
 */
export function errorAnswer(error: unknown): PluginErrorResponse {
  if (ContractRefusal.is(error)) return { errorCode: error.errorCode, errorMessage: sanitizeText(error.message, longestLine) };
  if (SignError.is(error)) return describe(error);
  const aborted = error instanceof Error && error.name === 'AbortError';
  return { errorCode: 'ERROR', errorMessage: aborted ? 'stopped: nobody waits for the answer any more' : 'the plugin failed' };
}
