import { invalidArgument } from '@securosys/core';
import type { Endpoint } from '@securosys/tsb-client/api';
import { failure } from './failure.js';
import { errorOfUnlicensedEndpoint, errorOfUnlicensedKey } from './inferred.js';

/** What a licence can allow, as `GET /v1/licenseInfo` names it (`tsb-rest-api.md` §2.9). */
export const clientFlagNames = ['REST_API', 'TSB_ENGINE', 'KEY_AUTH'] as const;
/** One of {@link clientFlagNames}. */
export type ClientFlag = (typeof clientFlagNames)[number];

/** Everything by default. @throws SignError `ERR_INVALID_ARGUMENT` */
export function readClientFlags(flags: readonly ClientFlag[] = clientFlagNames): ReadonlySet<string> {
  for (const flag of flags)
    if (!clientFlagNames.includes(flag)) invalidArgument(`clientFlags: unknown flag; known are ${clientFlagNames.join(', ')}`);
  return new Set(flags);
}

const asynchronous = (endpoint: Endpoint) => endpoint.status === 201 && endpoint.signs !== undefined;
const aboutRequests = (path: string) => path.startsWith('/v1/request/') || path === '/v1/filteredRequests';

/** Whether approvals can be asked for at all. */
export function hasEngine(flags: ReadonlySet<string>): boolean {
  return flags.has('TSB_ENGINE') && flags.has('KEY_AUTH');
}

function isLicensed(endpoint: Endpoint, flags: ReadonlySet<string>): boolean {
  const { role, path } = endpoint;
  const engine = hasEngine(flags);
  if (role === 'service') return true;
  if (role === 'approver' || role === 'approverKeyManagement') return engine;
  // Without the engine, asynchronous calls are forwarded to the synchronous form (1.14.2).
  if (asynchronous(endpoint) || aboutRequests(path)) return engine || flags.has('REST_API');
  return flags.has('REST_API');
}

/**
 * After the API key, before anything is read (§10.2).
 * @throws SignError with the TSB error 451
 */
export function demandLicence(endpoint: Endpoint, flags: ReadonlySet<string>): void {
  if (!isLicensed(endpoint, flags)) throw failure(errorOfUnlicensedEndpoint, 'the licence does not cover this endpoint');
}

/** Keys with a policy need the engine. @throws SignError with the TSB error 450 */
export function demandPolicyLicence(flags: ReadonlySet<string>): void {
  if (!hasEngine(flags)) throw failure(errorOfUnlicensedKey, 'the licence does not cover keys with a policy');
}
