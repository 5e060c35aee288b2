import { base64Bytes, canonicalJson, isJsonObject, type JsonObject, type JsonValue, parseJson, SignError } from '@securosys/core';
import type { ApprovalTask } from '../api/tasks.js';
import type { TaskOperation } from './view.js';

/** Names of the inner request of each wrapper (`tsb-rest-api.md` §2.5), and of the member that names the key. */
const wrappers: readonly (readonly [wrapper: string, member: keyof ApprovalTask, operation: TaskOperation, key: string])[] = [
  ['signRequest', 'signedSignRequest', 'sign', 'signKeyName'],
  ['modifyRequest', 'signedModifyKeyRequest', 'modify', 'modifyKeyName'],
  ['blockRequest', 'signedBlockKeyRequest', 'block', 'blockKeyName'],
  ['unblockRequest', 'signedUnblockKeyRequest', 'unblock', 'unblockKeyName'],
  ['decryptRequest', 'signedDecryptRequest', 'decrypt', 'decryptKeyName'],
  ['unwrapKeyRequest', 'signedUnwrapKeyRequest', 'unwrap', 'unwrapKeyName'],
  ['csrSignRequest', 'signedCertificateRequestRequest', 'certificate', 'signKeyName'],
  ['signCertificateRequest', 'signedSignCertificateRequest', 'certificate', 'signKeyName'],
  ['selfSignCertificateRequest', 'signedSelfSignCertificateRequestDto', 'certificate', 'signKeyName'],
];

/** The original request of a task, read from its exact bytes. */
export interface InnerRequest {
  readonly operation: TaskOperation;
  readonly keyName: string | undefined;
  readonly body: JsonObject;
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Level 3 of a task: `requestBase64`, which must agree with the parsed copy beside it.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_FACTS_MISMATCH` when the copies disagree
 */
export function innerRequest(task: ApprovalTask): InnerRequest {
  if (task.requestBase64 === null) throw new SignError('ERR_MALFORMED', 'the task lacks the original request (level 3)');
  const outer = parseJson(base64Bytes(task.requestBase64, 'original request'), { what: 'original request', maxDepth: 16 });
  const found = wrappers.filter(([wrapper]) => isJsonObject(outer) && isJsonObject(outer[wrapper]));
  const [wrapper, member, operation, keyMember] = found[0] ?? fail();
  const body = isJsonObject(outer) ? outer[wrapper] : undefined;
  if (found.length !== 1 || !isJsonObject(body)) fail();
  const present = wrappers.filter(([, name]) => task[name] !== null && task[name] !== undefined).map(([, name]) => name);
  if (present.length !== 1 || present[0] !== member)
    throw new SignError('ERR_FACTS_MISMATCH', 'the original request and its parsed copy are of different kinds');
  assertSameRequest(body, (task[member] as Record<string, unknown>)[wrapper]);
  return { operation, keyName: text(body[keyMember]), body };
}

function fail(): never {
  throw new SignError('ERR_MALFORMED', 'the original request is of no known kind');
}

/** The members that decide what happens must be the same in both copies; servers may add nulls and defaults elsewhere. */
const decisive = ['payload', 'signKeyName', 'modifyKeyName', 'blockKeyName', 'unblockKeyName', 'signatureAlgorithm', 'metaData'];

function assertSameRequest(body: JsonObject, copy: unknown): void {
  const other = typeof copy === 'object' && copy !== null ? (copy as Readonly<Record<string, unknown>>) : {};
  const differing = decisive.filter((name) => canonicalJson(body[name] ?? null) !== canonicalJson(other[name] ?? null));
  if (differing.length > 0)
    throw new SignError('ERR_FACTS_MISMATCH', `the original request and its parsed copy differ in ${differing.join(', ')}`);
}
