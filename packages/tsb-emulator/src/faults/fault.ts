import { invalidArgument, knownOptions } from '@securosys/core';
import { type EndpointName, endpoints, tsbErrors } from '@securosys/tsb-client/api';
import { type ApiKeys, checkApiKeys } from '../http/auth.js';

/** Which calls meet a fault. */
export interface FaultTarget {
  /** Default: any. */
  readonly endpoint?: EndpointName;
  /** The next so many calls of that endpoint. Default 1. */
  readonly times?: number;
}

/**
 * A way to misbehave. Calls that are refused for their credentials meet none, but for the last two kinds.
 *
 * Of the network:
 * - `refuse`: no connection. Through `fetch` it fails with `ECONNREFUSED`; a port, which other calls still reach, resets it.
 * - `reset`: the connection is reset before anything was looked at.
 * - `drop`: does everything that was asked, then resets the connection in place of an answer.
 * - `stall`: never answers; with `taken`, does everything that was asked before.
 * - `delay`: looks at the call after `ms` milliseconds of the emulator's clock.
 * - `duplicate`: does everything twice and gives the second answer, like a proxy that repeats what it should not.
 *
 * Of the answer, everything that was asked being done:
 * - `slow-body`: comes at `bytesPerSecond`, by the emulator's clock.
 * - `truncated-json`: half of it, as if that were all.
 * - `wrong-json`: an object that no endpoint answers with.
 * - `non-json`: an HTML page, with status 200.
 * - `wrong-signature`: the last byte of a signature, or of a result, is another one.
 *
 * In place of the work; with `taken`, after everything was done:
 * - `status`: that HTTP status, with `Retry-After` if `retryAfterSeconds` says so, and with the body of that TSB error if
 *   `errorCode` names one; otherwise with an HTML page.
 *
 * From this call on, before its credentials are looked at:
 * - `expire-token`: no bearer token from before is good any more (error 617). The new one is the `token` of its partition.
 * - `rotate-api-keys`: these are the API keys; others are refused (error 631).
 */
export type Fault = FaultTarget &
  (
    | { readonly kind: 'refuse' | 'reset' | 'drop' | 'duplicate' }
    | { readonly kind: 'stall'; readonly taken?: boolean }
    | { readonly kind: 'delay'; readonly ms: number }
    | { readonly kind: 'slow-body'; readonly bytesPerSecond: number }
    | { readonly kind: 'truncated-json' | 'wrong-json' | 'non-json' | 'wrong-signature' }
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly retryAfterSeconds?: number;
        readonly errorCode?: number;
        readonly taken?: boolean;
      }
    | { readonly kind: 'expire-token' }
    | { readonly kind: 'rotate-api-keys'; readonly apiKeys: ApiKeys }
  );

/** Members of each kind beside those of {@link FaultTarget}. */
const members: { readonly [K in Fault['kind']]: readonly string[] } = {
  refuse: [],
  reset: [],
  drop: [],
  duplicate: [],
  stall: ['taken'],
  delay: ['ms'],
  'slow-body': ['bytesPerSecond'],
  'truncated-json': [],
  'wrong-json': [],
  'non-json': [],
  'wrong-signature': [],
  status: ['status', 'retryAfterSeconds', 'errorCode', 'taken'],
  'expire-token': [],
  'rotate-api-keys': ['apiKeys'],
};

function checkNumber(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (typeof value !== 'number' || !(value >= least && value <= most)) invalidArgument(`faults: ${name} is not from ${least} on`);
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkFault(fault: Fault): void {
  const { kind, endpoint, times = 1 } = fault;
  if (!Object.hasOwn(members, kind)) invalidArgument(`faults: unknown kind; known are ${Object.keys(members).join(', ')}`);
  knownOptions(`fault ${kind}`, fault, ['kind', 'endpoint', 'times', ...members[kind]]);
  if (endpoint !== undefined && !Object.hasOwn(endpoints, endpoint))
    invalidArgument(`faults: unknown endpoint; known are ${Object.keys(endpoints).join(', ')}`);
  if (!Number.isSafeInteger(times) || times < 1) invalidArgument('faults: times has to be a whole number of at least 1');
  if (fault.kind === 'delay') checkNumber('ms', fault.ms, 0);
  if (fault.kind === 'slow-body') checkNumber('bytesPerSecond', fault.bytesPerSecond, 1);
  if (fault.kind === 'rotate-api-keys') checkApiKeys(fault.apiKeys);
  if (fault.kind !== 'status') return;
  checkNumber('status', fault.status, 200, 599);
  checkNumber('retryAfterSeconds', fault.retryAfterSeconds ?? 0, 0);
  if (fault.errorCode !== undefined && !tsbErrors.has(fault.errorCode)) invalidArgument('faults: no such TSB error');
}
