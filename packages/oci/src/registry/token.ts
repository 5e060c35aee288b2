import { type JsonObject, parseJsonObject, SignError, utf8Bytes } from '@securosys/core';
import { basicLogin, type Call, discard, type Exchange, exchange, foreignUrl, readBody } from '@securosys/transport';
import { bodyLimits, type Credentials, type Settings } from '../options.js';
import type { Challenge } from './challenge.js';
import { statusError } from './status.js';

export interface Authorization {
  /** Value of the `Authorization` header. */
  readonly value: string;
  /** Milliseconds since the epoch after which it is not used any more. */
  readonly until: number;
}

const visible = /^[\x21-\x7e]{1,32768}$/;

/** `Authorization` for a bearer token; what could break out of a header is refused without being shown. */
export function bearer(token: unknown): string {
  if (typeof token !== 'string' || !visible.test(token))
    throw new SignError('ERR_PROTOCOL', 'the token service sent no usable token');
  return `Bearer ${token}`;
}

/**
 * Fetches a bearer token (distribution token specification). The scopes are the ones we need, never the one that the challenge
 * asks for, so that a registry cannot collect tokens for other repositories.
 */
export async function fetchToken(
  call: Call,
  settings: Settings,
  registry: URL,
  challenge: Challenge,
  scopes: readonly string[],
  login: Credentials | undefined,
): Promise<Authorization> {
  const { realm, service } = challenge.parameters;
  if (realm === undefined) throw new SignError('ERR_PROTOCOL', 'the registry names no token service');
  const url = foreignUrl(realm, undefined, 'the token service');
  if (url.origin !== registry.origin) settings.guard.foreign(url, 'the token service');
  const named = login && 'username' in login ? login : undefined;
  const identity = login && 'identityToken' in login ? login.identityToken : undefined;
  if (named || identity !== undefined) settings.guard.login(registry, url);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.delete('scope');
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const request: Exchange =
    identity === undefined
      ? { method: 'GET', url, authorization: named && basicLogin(named) }
      : refresh(url, service, scopes, identity);
  const response = await exchange(call, settings.fetch, request);
  if (response.status !== 200) throw await statusError(call, settings, response, `get a token from ${url.host}`);
  if (!/^application\/json(;|$)/i.test(response.headers.get('content-type') ?? '')) {
    await discard(response);
    throw new SignError('ERR_PROTOCOL', `the token service ${url.host} did not answer with JSON`);
  }
  const json = tokenJson(await readBody(call, response, bodyLimits(settings, 64 * 1024, 'token answer')));
  const seconds = typeof json.expires_in === 'number' ? Math.min(Math.max(json.expires_in, 0), 3600) : 60;
  // A token that ends while its request travels would cost a useless round.
  return { value: bearer(json.token || json.access_token), until: settings.clock.now() + Math.max(0, seconds * 1000 - 5000) };
}

/** An identity token is a refresh token of OAuth 2 (distribution, "Token Authentication with OAuth2"): it goes into the body. */
function refresh(url: URL, service: string | undefined, scopes: readonly string[], token: string): Exchange {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'securosys-sign', scope: scopes.join(' ') });
  if (service !== undefined) form.set('service', service);
  form.set('refresh_token', token);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const target = new URL(url);
  target.search = '';
  return { method: 'POST', url: target, headers, body: utf8Bytes(form.toString()) };
}

function tokenJson(body: Uint8Array): JsonObject {
  try {
    return parseJsonObject(body, { what: 'token answer', maxDepth: 8, maxValues: 1000 });
  } catch {
    throw new SignError('ERR_PROTOCOL', 'the token service sent something else than a JSON object');
  }
}
