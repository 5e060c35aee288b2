import type { CallOptions } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import type { PathParameters } from '../http/caller.js';

/** Options of one call, beside its body. */
export interface EndpointCallOptions extends CallOptions {
  /** Values for the `{…}` places of the endpoint's path; they are percent-encoded. */
  path?: PathParameters;
  /** The file of a multipart endpoint; refused by the others. */
  file?: Uint8Array;
}

/**
 * One call of the API, typed by its endpoint. Answers are checked; unknown members pass.
 *
 * @throws SignError by the error table of `tsb-rest-api.md` §2.1, with `details.status`, `details.upstreamCode` and
 * `details.upstreamName`; `ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_PROTOCOL`, `ERR_LIMIT`, `ERR_ORIGIN_REFUSED` (a redirect);
 * `ERR_OUTCOME_UNKNOWN` when a create was sent and its answer was lost
 */
export type CallEndpoint = <Q, A>(endpoint: Endpoint<Q, A>, body?: Q, options?: EndpointCallOptions) => Promise<A>;
