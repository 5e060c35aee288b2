import { SignError, type SignErrorCode, sanitizeText } from '@securosys/core';

/** What the user can do next, where the message does not say it. */
const advice: Partial<Record<SignErrorCode, string>> = {
  ERR_APPROVAL_PENDING: 'nobody has to approve again: run the command once more and it continues this request',
  ERR_APPROVAL_REJECTED: 'run the command again to ask anew',
  ERR_APPROVAL_EXPIRED: 'run the command again to ask anew',
  ERR_AUTHENTICATION: 'check the token or certificate, and the password of the key',
  ERR_FORBIDDEN: 'the credential may not do this: check its roles',
  ERR_KEY_CHANGED: 'find out why before you go on',
  ERR_NETWORK: 'check the address and that it can be reached',
  ERR_UNAVAILABLE: 'try again later',
  ERR_OUTCOME_UNKNOWN: 'a request may exist whose id was lost: run the command again to look for it',
};

const longestLine = 1_000;
const idForm = /^[\x21-\x7e]{1,128}$/;

/**
 * One line for whoever runs the tool that asked (`ocicrypt.md` §7.5). Errors that are none of ours are not quoted: they may hold
 * anything (S37).
 */
export function errorLine(name: string, error: unknown): string {
  if (!SignError.is(error)) {
    const stopped = error instanceof Error && error.name === 'AbortError';
    return `${name}: ${stopped ? 'stopped: nobody waits for the answer any more' : 'the provider failed'}`;
  }
  const { code, message, details } = error;
  const id = details.brokerRequestId ?? details.requestId;
  const parts = [
    `${message} (${code})`,
    ...(typeof id === 'string' && idForm.test(id) ? [`request ${id}`] : []),
    ...(advice[code] === undefined ? [] : [advice[code]]),
  ];
  return sanitizeText(`${name}: ${parts.join('; ')}`, longestLine);
}
