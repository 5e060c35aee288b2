import { approverText, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';

/** What the user can do next, where the message does not say it. */
const advice: Partial<Record<SignErrorCode, string>> = {
  ERR_APPROVAL_PENDING:
    'nobody has to approve again: run the same cosign command once more and it continues this request; a longer --timeout of cosign waits longer',
  ERR_TIMEOUT: 'raise --timeout of cosign',
  ERR_CROSS_PROTOCOL: 'sign with a key of its own what is not for cosign',
  ERR_KEY_NOT_FOUND: 'check what stands behind ://',
  ERR_KEY_CHANGED: 'the key behind this name is another one than before: find out why before you sign with it',
  ERR_AUTHENTICATION: 'check the token or certificate, and the password of the key',
  ERR_FORBIDDEN: 'the credential may not do this: check its roles and API keys',
  ERR_APPROVAL_REJECTED: 'run the command again to ask anew',
  ERR_APPROVAL_EXPIRED: 'run the command again to ask anew',
  ERR_APPROVAL_CANCELLED: 'run the command again to ask anew',
  ERR_OUTCOME_UNKNOWN: 'a request may exist whose id was lost: run the command again to look for it',
  ERR_NETWORK: 'check the address and that it can be reached',
  ERR_UNAVAILABLE: 'run the command again later',
  ERR_RATE_LIMITED: 'run the command again later',
  ERR_STORE: 'requests that people decide on cannot be remembered until this is put right',
};

const longestText = 1_500;
const idForm = /^[\x21-\x7e]{1,128}$/;

function approvals(details: SignError['details']): string[] {
  const { approvals: all } = details as { approvals?: { approvedBy?: unknown; notYetApprovedBy?: unknown } };
  const names = (value: unknown): string => (Array.isArray(value) ? approverText(value) : '');
  const [approved, missing] = [names(all?.approvedBy), names(all?.notYetApprovedBy)];
  return [...(approved ? [`approved by ${approved}`] : []), ...(missing ? [`not yet approved by ${missing}`] : [])];
}

/**
 * One line for whoever runs cosign, which prints it behind "plugin returned error:". Errors that are none of ours are not quoted: they may
 * hold anything (S37).
 */
export function errorText(error: unknown): string {
  if (!SignError.is(error)) {
    const stopped = error instanceof Error && error.name === 'AbortError';
    return stopped ? 'stopped: nobody waits for the answer any more' : 'the plugin failed';
  }
  const { code, message, details } = error;
  const id = details.brokerRequestId ?? details.requestId;
  const next = advice[code];
  const parts = [
    `${message} (${code})`,
    ...(typeof id === 'string' && idForm.test(id) && !message.includes(id) ? [`request ${id}`] : []),
    ...approvals(details),
    ...(next === undefined ? [] : [next]),
  ];
  return sanitizeText(parts.join('; '), longestText);
}
