import type { SignErrorCode } from '@securosys/core';

/** What to do about an error, in a sentence; a code that is missing here has an error that says so by itself. */
const advice: Readonly<Partial<Record<SignErrorCode, string>>> = {
  ERR_ALGORITHM_UNSUPPORTED: 'another --format, --hash or key may fit; securosys-sign key show says what a key is',
  ERR_AUTHENTICATION:
    'check the token or the certificate: a TSB takes tokenFile, TSB_TOKEN or certpath, a registry what docker login stored',
  ERR_FORBIDDEN: 'ask for the permission, or use a credential that has it',
  ERR_KEY_NOT_FOUND: 'check --key and the keys of the configuration: securosys-sign key list shows what the backend has',
  ERR_KEY_NOT_USABLE: 'look at the key: it may be blocked, or made for something else',
  ERR_KEY_CHANGED: 'somebody put another key in its place: find out who before you change spkiSha256',
  ERR_ORIGIN_REFUSED: 'private addresses have to be allowed: registry.allowHosts of the configuration, or --allow-host',
  ERR_NOT_FOUND: 'check the name',
  ERR_TIMEOUT: 'try again; --timeout gives each call more time',
  ERR_NETWORK: 'check the address and the network, then try again',
  ERR_RATE_LIMITED: 'try again later',
  ERR_UNAVAILABLE: 'try again later',
  ERR_CONFLICT: 'look at what is there now, then try again',
  ERR_APPROVAL_PENDING:
    'run the same command again when people have decided, or with --approval-timeout to wait for them: the same request goes on',
  ERR_APPROVAL_REJECTED: 'ask who rejected it; running the command again asks everybody anew',
  ERR_APPROVAL_EXPIRED: 'run the command again: everybody is asked anew',
  ERR_REQUEST_STALE: 'what was approved is no longer so: prepare a new request',
  ERR_REQUEST_NOT_FOUND: 'check the id and --state-folder: requests are remembered where they were made',
  ERR_OUTCOME_UNKNOWN: 'run the same command again: it looks for what came of it before it asks anybody',
  ERR_VETOED: 'the rule that says no is named above; securosys-sign policy explain shows all of them',
  ERR_BLIND_SIGNING: 'sign what people can see: --format',
  ERR_CHAIN_INVALID: 'name the certificates of the key with --chain, or get it some: cert csr and cert import, or cert self-sign',
  ERR_NOT_TRUSTED: 'do not use it',
  ERR_STORE: 'check the file, its folder, its owner and the space on the disk',
  ERR_EMULATOR_REFUSED: 'for development only: --allow-emulated',
  ERR_LIMIT: 'it is larger than anything this program was made for',
  ERR_DIGEST_MISMATCH: 'what arrived is not what was asked for: do not use it',
  ERR_PROTOCOL: 'the other side does not answer as its specification says',
};

/** What to do about an error, or `undefined`. */
export function adviceOf(code: SignErrorCode): string | undefined {
  return Object.hasOwn(advice, code) ? advice[code] : undefined;
}
