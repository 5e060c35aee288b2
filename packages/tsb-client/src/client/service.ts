import type { CallOptions } from '@securosys/core';
import { serviceEndpoints } from '../api/endpoints-service.js';
import type { LicenseInfo, VersionInfo } from '../api/service.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';
import type { TsbStatistics } from './statistics.js';

/** `client.service` (role service, `tsb-rest-api.md` §2.9). */
export interface TsbService {
  version(options?: CallOptions): Promise<VersionInfo>;
  /** What the server may do: asynchronous calls and policies need `TSB_ENGINE`. */
  license(options?: CallOptions): Promise<LicenseInfo>;
  /** The health check other clients use. */
  statistics(options?: CallOptions): Promise<TsbStatistics>;
  /** The HSM's log, as text for people: foreign text, to be shown with care. */
  log(options?: CallOptions): Promise<string>;
}

export function serviceCalls(call: CallEndpoint): Pick<TsbService, 'version'> {
  return {
    version: async (options = {}) => {
      checkCallOptions('service.version', options);
      return call(serviceEndpoints.versionInfo, undefined, options);
    },
  };
}
