import type { CallOptions } from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import type { KeystoreStatistics, VersionInfo } from '../api/service.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';

/** `client.service` (role service, `tsb-rest-api.md` §2.9). */
export interface TsbService {
  version(options?: CallOptions): Promise<VersionInfo>;
  /** The health check other clients use. */
  statistics(options?: CallOptions): Promise<KeystoreStatistics>;
}

export function serviceCalls(call: CallEndpoint): TsbService {
  return {
    version: async (options = {}) => {
      checkCallOptions('service.version', options);
      return call(endpoints.versionInfo, undefined, options);
    },
    statistics: async (options = {}) => {
      checkCallOptions('service.statistics', options);
      return call(endpoints.statistics, undefined, options);
    },
  };
}
