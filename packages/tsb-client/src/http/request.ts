import { invalidArgument, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import type { ApplicationKey } from '../request-signing/application-key.js';
import { signedBody } from '../request-signing/signed-body.js';
import type { BaseUrl } from './base-url.js';

/** One call, ready to be sent as often as needed: the body is no stream. */
export interface WireRequest {
  readonly url: string;
  readonly body: string | FormData | undefined;
  /** Passwords in the body; looked for when something went wrong. */
  secrets(): readonly string[];
}

/** What fills an endpoint. */
export interface CallParts<Q> {
  readonly body: Q | undefined;
  readonly path: Readonly<Record<string, string>>;
  /** For the part `file` of a multipart body. */
  readonly file: Uint8Array | undefined;
}

const isCharArray = (value: readonly unknown[]): boolean =>
  value.length > 0 && value.every((one) => typeof one === 'string' && one.length === 1);

/** Passwords and codes in a checked body: the wire has all of them, and nothing else, as arrays of characters (§2.2). */
function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value) && isCharArray(value)) return [value.join('')];
  return Object.values(value).flatMap(secretsIn);
}

/** Fills `{name}` places, percent-encoded. Dot segments are refused: a URL parser would walk up with them. */
function fillPath(template: string, parameters: Readonly<Record<string, string>>): string {
  if (!template.includes('{')) return template;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..' || !value.isWellFormed())
      invalidArgument(`'${name}' cannot stand in the path ${template}`);
    return encodeURIComponent(value);
  });
}

function multipartBody(part: string, text: string, file: Uint8Array): FormData {
  const form = new FormData();
  form.append(part, new Blob([text], { type: 'application/json' }));
  form.append('file', new Blob([new Uint8Array(file)]), 'file');
  return form;
}

/**
 * Checks and serialises a call, signed with the application's key where the endpoint takes that; only then it is a promise.
 * @throws SignError `ERR_INVALID_ARGUMENT` when the body is not as the contract has it; `ERR_ORIGIN_REFUSED` when a password would
 * travel over plain http to another machine (S40)
 */
export function wireRequest<Q, A>(
  base: BaseUrl,
  endpoint: Endpoint<Q, A>,
  { body, path, file }: CallParts<Q>,
  key: ApplicationKey | undefined,
): WireRequest | Promise<WireRequest> {
  const url = `${base.text}${fillPath(endpoint.path, path)}`;
  if ((endpoint.multipart === undefined) !== (file === undefined))
    invalidArgument(`${endpoint.method} ${endpoint.path} takes ${file ? 'no' : 'a'} file`);
  if (!endpoint.request) return { url, body: undefined, secrets: () => [] };
  const checked = endpoint.request.sent.parse(body);
  const secrets = () => secretsIn(checked);
  if (base.exposed && secrets().length > 0)
    throw new SignError('ERR_ORIGIN_REFUSED', 'a key password is never sent over plain http: to another machine');
  const made = (text: string): WireRequest => ({
    url,
    secrets,
    body: file && endpoint.multipart ? multipartBody(endpoint.multipart, text, file) : text,
  });
  if (key && endpoint.signs !== undefined) return signedBody(checked, endpoint.signs, key).then(made);
  return made(JSON.stringify(checked));
}
