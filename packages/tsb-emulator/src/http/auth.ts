import { createHash, timingSafeEqual } from 'node:crypto';
import { invalidArgument } from '@securosys/core';
import { type ApiKeyRole, apiKeyRoles, type Endpoint } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';

/** API keys by role (`tsb-rest-api.md` §1.3). A role that is left out asks for none; several keys make a rollover window. */
export type ApiKeys = { readonly [R in ApiKeyRole]?: string | readonly string[] };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares by digest, so that the time taken says nothing about the secret. */
function isOneOf(given: string, secrets: readonly string[]): boolean {
  const wanted = digest(given);
  return secrets.map((secret) => timingSafeEqual(digest(secret), wanted)).includes(true);
}

/** Who may call: the bearer token first, then the role's API key (§10.2). Holds the secrets out of sight. */
export class Gate {
  readonly #token: string | undefined;
  readonly #apiKeys: ReadonlyMap<string, readonly string[]>;

  constructor(token: string | undefined, apiKeys: ApiKeys) {
    for (const role of Object.keys(apiKeys))
      if (!apiKeyRoles.some((known) => known === role)) invalidArgument('apiKeys: unknown role');
    this.#token = token;
    this.#apiKeys = new Map(Object.entries(apiKeys).map(([role, keys]) => [role, typeof keys === 'string' ? [keys] : keys]));
  }

  /** @throws SignError with the TSB error 406, 617 for the token, 416, 631 for the API key */
  admit(request: Request, endpoint: Pick<Endpoint, 'bearer' | 'role'>): void {
    if (endpoint.bearer && this.#token !== undefined) {
      const given = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      if (given === undefined) throw failure(406, 'an access token is missing');
      if (!isOneOf(given, [this.#token])) throw failure(617, 'the access token is wrong');
    }
    const keys = this.#apiKeys.get(endpoint.role);
    if (!keys) return;
    const given = request.headers.get('x-api-key');
    if (given === null) throw failure(416, 'an API key is missing');
    if (!isOneOf(given, keys)) throw failure(631, 'the API key is wrong');
  }
}
