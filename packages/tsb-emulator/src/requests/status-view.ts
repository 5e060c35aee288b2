import { isoSeconds } from '@securosys/core';
import type { TsbRequest } from '@securosys/tsb-client/api';
import { progressOf } from '../policy/progress.js';
import { keysIn, type RequestRecord } from './request-record.js';

/** The answer of `GET /v1/request/{id}` (`tsb-rest-api.md` §2.6). */
export function statusView(request: RequestRecord): TsbRequest {
  return {
    id: request.id,
    status: request.status,
    executionTime: request.executionTime === undefined ? null : isoSeconds(request.executionTime * 1000),
    ...progressOf(request.rule, keysIn(request, 'approved'), keysIn(request, 'rejected')),
    result: request.status === 'EXECUTED' ? request.result : null,
  };
}
