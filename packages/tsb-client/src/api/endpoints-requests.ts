import { endpoint, none } from './endpoint.js';
import { requestFilterDto, requestListDto, requestStatusDto } from './requests.js';

const role = 'keyOperation';

/** Requests on which people decide (`tsb-rest-api.md` §2.6). */
export const requestEndpoints = {
  request: endpoint('GET', '/v1/request/{id}', role, 'read', none, requestStatusDto),
  cancelRequest: endpoint('DELETE', '/v1/request/{id}', role, 'idempotent', none, none),
  filteredRequests: endpoint('POST', '/v1/filteredRequests', role, 'read', requestFilterDto, requestListDto),
} as const;
