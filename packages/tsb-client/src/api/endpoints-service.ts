import { endpoint, none } from './endpoint.js';
import { licenseDto, logDto, statisticsDto, versionDto } from './service.js';

/** What a server says about itself (`tsb-rest-api.md` §2.9). */
export const serviceEndpoints = {
  versionInfo: endpoint('GET', '/v1/versionInfo', 'service', 'read', none, versionDto),
  licenseInfo: endpoint('GET', '/v1/licenseInfo', 'service', 'read', none, licenseDto),
  statistics: endpoint('GET', '/v1/keystore/statistics', 'service', 'read', none, statisticsDto),
  hsmLog: endpoint('GET', '/v1/hsm/log', 'service', 'read', none, logDto),
} as const;
