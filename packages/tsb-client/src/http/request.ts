import { invalidArgument, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import type { BaseUrl } from './base-url.js';

/** One call, ready to be sent as often as needed: the body is text, never a stream. */
export interface WireRequest {
  readonly url: string;
  readonly body: string | undefined;
  /** Passwords in the body. */
  readonly secrets: readonly string[];
}

const secretMembers = new Set(['password', 'keyPassword', 'newPassword']);

/** Passwords in a checked body, where they are arrays of characters. */
function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    secretMembers.has(name) && Array.isArray(inner) ? [inner.join('')] : secretsIn(inner),
  );
}

/** Fills `{name}` places, percent-encoded. Dot segments are refused: a URL parser would walk up with them. */
function fillPath(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (!value || value === '.' || value === '..' || !value.isWellFormed())
      invalidArgument(`'${name}' cannot stand in the path ${template}`);
    return encodeURIComponent(value);
  });
}

/**
 * Checks and serialises a call.
 * @throws SignError `ERR_INVALID_ARGUMENT` when the body is not as the contract has it; `ERR_ORIGIN_REFUSED` when a password would
 * travel over plain http to another machine (S40)
 */
export function wireRequest<Q, A>(
  base: BaseUrl,
  endpoint: Endpoint<Q, A>,
  body: Q | undefined,
  parameters: Readonly<Record<string, string>>,
): WireRequest {
  const url = `${base.text}${fillPath(endpoint.path, parameters)}`;
  if (!endpoint.request) return { url, body: undefined, secrets: [] };
  const checked = endpoint.request.sent.parse(body);
  const secrets = secretsIn(checked);
  if (base.exposed && secrets.length > 0)
    throw new SignError('ERR_ORIGIN_REFUSED', 'a key password is never sent over plain http: to another machine');
  return { url, body: JSON.stringify(checked), secrets };
}
