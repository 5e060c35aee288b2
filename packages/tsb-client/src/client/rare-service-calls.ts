import { serviceEndpoints } from '../api/endpoints-service.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions } from './options.js';
import type { TsbService } from './service.js';
import { keystoreNumbers } from './statistics.js';

/** What a server says beside what it is. */
export function rareServiceCalls(call: CallEndpoint): Omit<TsbService, 'version'> {
  return {
    license: async (options = {}) => {
      checkCallOptions('service.license', options);
      return call(serviceEndpoints.licenseInfo, undefined, options);
    },
    statistics: async (options = {}) => {
      checkCallOptions('service.statistics', options);
      const answer = await call(serviceEndpoints.statistics, undefined, options);
      return { ...answer, numbers: keystoreNumbers(answer.keyStoreStatistics) };
    },
    log: async (options = {}) => {
      checkCallOptions('service.log', options);
      return (await call(serviceEndpoints.hsmLog, undefined, options)).log;
    },
  };
}
