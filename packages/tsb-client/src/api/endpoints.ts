import { certificateDto, importCertificateDto } from './certificates.js';
import { blockCreatedDto, blockDto, modifyCreatedDto, modifyDto, unblockCreatedDto, unblockDto } from './changes.js';
import type { Dto } from './dto.js';
import { createKeyDto, keyNameDto, labelsDto, signedKeyAttributesDto } from './keys.js';
import { requestFilterDto, requestListDto, requestStatusDto } from './requests.js';
import type { ApiKeyRole } from './roles.js';
import { statisticsDto, versionDto } from './service.js';
import { asynchronousSignDto, signatureDto, signCreatedDto, synchronousSignDto } from './sign.js';
import { rejectTaskDto, sendApprovalDto, taskFilterDto, taskListDto } from './tasks.js';

/** One call of the REST API. */
export interface Endpoint<Request = unknown, Response = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base, with `{name}` for each parameter, which is percent-encoded on the wire. */
  readonly path: string;
  readonly role: ApiKeyRole;
  /** HTTP status of success. Clients accept any of 200, 201 and 204. */
  readonly status: 200 | 201;
  /**
   * What a repetition does: `read` changes nothing, `idempotent` ends in the same state, `use` uses a key once more and leaves
   * nothing behind, `create` may make a second request, key or decision. The last two are never repeated after bytes were sent.
   */
  readonly effect: 'read' | 'idempotent' | 'use' | 'create';
  /** Approvers log in inside the body; their calls carry no bearer token (§1.2). */
  readonly bearer: boolean;
  /** Absent: no body. */
  readonly request: Dto<Request> | undefined;
  /** Absent: the answer's body, if any, says nothing. */
  readonly response: Dto<Response> | undefined;
}

type Method = Endpoint['method'];
type Optional<T> = Dto<T> | undefined;

function endpoint<Q, A>(
  method: Method,
  path: string,
  role: ApiKeyRole,
  effect: Endpoint['effect'],
  request: Optional<Q>,
  response: Optional<A>,
  status: 200 | 201 = 200,
): Endpoint<Q, A> {
  return { method, path, role, effect, status, request, response, bearer: role !== 'approver' };
}

const none = undefined;

const tasks = (path: string) => endpoint('POST', path, 'approver', 'read', taskFilterDto, taskListDto);

/** Every endpoint of this contract, by the name clients and the emulator know it under (`tsb-rest-api.md` §2 and §5.1). */
export const endpoints = {
  createKey: endpoint('POST', '/v1/key', 'keyManagement', 'create', createKeyDto, signedKeyAttributesDto, 201),
  listKeys: endpoint('GET', '/v1/key', 'keyManagement', 'read', none, labelsDto),
  keyAttributes: endpoint('POST', '/v1/key/attributes', 'keyManagement', 'read', keyNameDto, signedKeyAttributesDto),
  deleteKey: endpoint('POST', '/v1/key/deleteKey', 'keyManagement', 'create', keyNameDto, none),

  synchronousSign: endpoint('POST', '/v1/synchronousSign', 'keyOperation', 'use', synchronousSignDto, signatureDto),
  sign: endpoint('POST', '/v1/sign', 'keyOperation', 'create', asynchronousSignDto, signCreatedDto, 201),
  modify: endpoint('POST', '/v1/modify', 'keyManagement', 'create', modifyDto, modifyCreatedDto, 201),
  block: endpoint('POST', '/v1/block', 'keyOperation', 'create', blockDto, blockCreatedDto, 201),
  unblock: endpoint('POST', '/v1/unblock', 'keyOperation', 'create', unblockDto, unblockCreatedDto, 201),

  request: endpoint('GET', '/v1/request/{id}', 'keyOperation', 'read', none, requestStatusDto),
  cancelRequest: endpoint('DELETE', '/v1/request/{id}', 'keyOperation', 'idempotent', none, none),
  filteredRequests: endpoint('POST', '/v1/filteredRequests', 'keyOperation', 'read', requestFilterDto, requestListDto),

  importCertificate: endpoint(
    'POST',
    '/v1/certificate/import/plain',
    'keyOperation',
    'idempotent',
    importCertificateDto,
    certificateDto,
  ),
  certificate: endpoint('GET', '/v1/certificate/{keyName}', 'keyOperation', 'read', none, certificateDto),

  versionInfo: endpoint('GET', '/v1/versionInfo', 'service', 'read', none, versionDto),
  statistics: endpoint('GET', '/v1/keystore/statistics', 'service', 'read', none, statisticsDto),

  signTasks: tasks('/v1/filteredSignApprovalTask'),
  decryptTasks: tasks('/v1/filteredDecryptApprovalTask'),
  unwrapTasks: tasks('/v1/filteredUnwrapKeyApprovalTask'),
  blockTasks: tasks('/v1/filteredBlockKeyApprovalTask'),
  unblockTasks: tasks('/v1/filteredUnblockKeyApprovalTask'),
  modifyTasks: tasks('/v1/filteredModifyKeyApprovalTask'),
  allTasks: tasks('/v1/filteredAllApprovalTask'),
  approval: endpoint('POST', '/v1/approval', 'approver', 'create', sendApprovalDto, none),
  rejectTask: endpoint('PATCH', '/v1/task', 'approver', 'idempotent', rejectTaskDto, none),
} as const;

/** Name of an endpoint in {@link endpoints}. */
export type EndpointName = keyof typeof endpoints;
