import { base64Bytes, canonicalJson, isJsonObject, type JsonObject, type JsonValue, parseJson, SignError } from '@securosys/core';
import type { ApprovalTask } from '../api/tasks.js';
import { innerBytesOf } from '../request-signing/inner-bytes.js';
import { type RequestKind, requestKinds } from './operations.js';

/** The original request of a task, read from its exact bytes. */
export interface InnerRequest {
  readonly kind: RequestKind;
  readonly keyName: string | undefined;
  readonly body: JsonObject;
  /** What an application signs: the inner object as its author wrote it. */
  readonly signed: Uint8Array;
  /** The member beside the inner object, unread. */
  readonly requestSignature: JsonValue | undefined;
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Level 3 of a task: `requestBase64`, which must agree with the parsed copy beside it.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_FACTS_MISMATCH` when the copies disagree
 */
export function innerRequest(task: ApprovalTask): InnerRequest {
  if (task.requestBase64 === null) throw new SignError('ERR_MALFORMED', 'the task lacks the original request (level 3)');
  const bytes = base64Bytes(task.requestBase64, 'original request');
  const outer = parseJson(bytes, { what: 'original request', maxDepth: 16, surrogateUnits: true });
  const found = requestKinds.filter(({ wrapper }) => isJsonObject(outer) && isJsonObject(outer[wrapper]));
  const [kind = fail()] = found;
  const body = isJsonObject(outer) ? outer[kind.wrapper] : undefined;
  if (found.length !== 1 || !isJsonObject(outer) || !isJsonObject(body)) fail();
  const present = requestKinds.filter(({ copy }) => task[copy] !== null && task[copy] !== undefined);
  if (present.length !== 1 || present[0] !== kind)
    throw new SignError('ERR_FACTS_MISMATCH', 'the original request and its parsed copy are of different kinds');
  assertSameRequest(body, (task[kind.copy] as Record<string, unknown>)[kind.wrapper]);
  return {
    kind,
    keyName: text(body[kind.key]),
    body,
    signed: innerBytesOf(bytes, kind.wrapper, { maxDepth: 16 }),
    requestSignature: outer.requestSignature,
  };
}

function fail(): never {
  throw new SignError('ERR_MALFORMED', 'the original request is of no known kind');
}

/** Passwords have two forms on this wire, and a server does well to leave them out. */
const isPassword = (name: string): boolean => /password$/i.test(name);

/** Whether a copy says all that the original says. Servers may add nulls and defaults, at any depth. */
function repeats(copy: unknown, original: JsonValue): boolean {
  if (original === null) return copy === null || copy === undefined;
  if (!isJsonObject(original)) return canonicalJson(copy ?? null) === canonicalJson(original);
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return false;
  return differing(copy, original).length === 0;
}

function differing(copy: object, original: JsonObject): string[] {
  const members = new Map<string, unknown>(Object.entries(copy));
  return Object.entries(original).flatMap(([name, value]) =>
    isPassword(name) || repeats(members.get(name), value) ? [] : [name],
  );
}

/** Members that change what happens, and so must not appear in the copy only. */
const neverAdded = ['metaData', 'metaDataSignature', 'context', 'signedApprovals', 'additionalAuthenticationData'];

function assertSameRequest(body: JsonObject, copy: unknown): void {
  const other: object = typeof copy === 'object' && copy !== null ? copy : {};
  const added = neverAdded.filter((name) => (body[name] ?? null) === null && (other as Record<string, unknown>)[name] != null);
  const names = [...differing(other, body), ...added];
  if (names.length > 0)
    throw new SignError('ERR_FACTS_MISMATCH', `the original request and its parsed copy differ in ${names.join(', ')}`);
}
