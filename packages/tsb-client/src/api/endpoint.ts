import type { Dto } from './dto.js';
import type { ApiKeyRole } from './roles.js';

/**
 * What a repetition of a call does: `read` changes nothing, `idempotent` ends in the same state, `use` uses a key once more and
 * leaves nothing behind, `create` may make a second request, key or decision. The last two are never repeated after bytes were sent.
 */
export type EndpointEffect = 'read' | 'idempotent' | 'use' | 'create';

/** One call of the REST API. */
export interface Endpoint<Request = unknown, Response = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base, with `{name}` for each parameter, which is percent-encoded on the wire. */
  readonly path: string;
  readonly role: ApiKeyRole;
  /** HTTP status of success. Clients accept any of 200, 201 and 204. */
  readonly status: 200 | 201;
  readonly effect: EndpointEffect;
  /** Approvers log in inside the body; their calls carry no bearer token (§1.2). */
  readonly bearer: boolean;
  /** Absent: no body. */
  readonly request: Dto<Request> | undefined;
  /** Absent: the answer's body, if any, says nothing. */
  readonly response: Dto<Response> | undefined;
  /** The inner object that an application may sign (§1.4); absent where the body takes no `requestSignature`. */
  readonly signs?: string;
  /** The answer is a file: its bytes are the answer, and `response` is absent. */
  readonly file?: boolean;
  /** The body is multipart: the JSON goes into the part of this name, a file into the part `file`. */
  readonly multipart?: string;
}

type Method = Endpoint['method'];

/** What an endpoint has beyond the common parameters. */
export interface EndpointExtras {
  readonly status?: 201;
  readonly signs?: string;
  readonly multipart?: string;
}

/** An endpoint whose answer is JSON, or says nothing. */
export function endpoint<Q, A>(
  method: Method,
  path: string,
  role: ApiKeyRole,
  effect: EndpointEffect,
  request: Dto<Q> | undefined,
  response: Dto<A> | undefined,
  { status, ...extras }: EndpointExtras = {},
): Endpoint<Q, A> {
  return { method, path, role, effect, status: status ?? 200, request, response, bearer: role !== 'approver', ...extras };
}

/** An endpoint whose answer is a file. */
export function fileEndpoint<Q>(
  method: Method,
  path: string,
  role: ApiKeyRole,
  effect: EndpointEffect,
  request: Dto<Q>,
  extras: EndpointExtras = {},
): Endpoint<Q, Uint8Array> {
  return { ...endpoint<Q, Uint8Array>(method, path, role, effect, request, undefined, extras), file: true };
}

/** No body, or an answer that says nothing. */
export const none = undefined;
