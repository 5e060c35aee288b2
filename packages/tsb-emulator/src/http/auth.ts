import { createHash, timingSafeEqual } from 'node:crypto';
import { knownOptions } from '@securosys/core';
import { type ApiKeyRole, apiKeyRoles, type Endpoint } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { alsoAdmitted, statusOfMissingApiKey } from '../inferred.js';
import { randomToken } from '../tenants.js';
import type { Incoming } from './incoming.js';

/** API keys by role (`tsb-rest-api.md` §1.3). A role that is left out asks for none; several keys make a rollover window. */
export type ApiKeys = { readonly [R in ApiKeyRole]?: string | readonly string[] };

/** @throws SignError `ERR_INVALID_ARGUMENT` for what is no role of a TSB */
export const checkApiKeys = (apiKeys: ApiKeys): void => knownOptions('apiKeys', apiKeys, apiKeyRoles);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares all by digest, so that the time taken says nothing about the secrets. */
function indexIn(given: string, secrets: readonly string[]): number {
  const wanted = digest(given);
  return secrets.map((secret) => timingSafeEqual(digest(secret), wanted)).indexOf(true);
}

/** Who may call: the bearer token first, then the role's API key (§10.2). Holds the secrets out of sight. */
export class Gate {
  #tokens: readonly string[];
  #apiKeys: ReadonlyMap<string, readonly string[]> = new Map();

  /** @param tokens one for each partition; none asks for none */
  constructor(tokens: readonly string[], apiKeys: ApiKeys) {
    this.#tokens = tokens;
    this.useApiKeys(apiKeys);
  }

  /** The tokens that are good now, one for each partition. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  /** Makes new tokens; nothing else gets in any more. */
  expireTokens(): void {
    this.#tokens = this.#tokens.map(randomToken);
  }

  /** Takes the place of all keys from before. @throws SignError `ERR_INVALID_ARGUMENT` */
  useApiKeys(apiKeys: ApiKeys): void {
    checkApiKeys(apiKeys);
    this.#apiKeys = new Map(Object.entries(apiKeys).map(([role, keys]) => [role, typeof keys === 'string' ? [keys] : keys]));
  }

  /**
   * @returns which partition's token was given; the first where the endpoint or the emulator asks for none
   * @throws SignError with the TSB error 406, 617 for the token, 416, 631 for the API key
   */
  admit(incoming: Pick<Incoming, 'headers'>, endpoint: Pick<Endpoint, 'bearer' | 'role' | 'path'>): number {
    const partition = endpoint.bearer && this.#tokens.length > 0 ? this.#partitionOf(incoming) : 0;
    const keys = this.#keysFor(endpoint);
    if (keys) {
      const given = incoming.headers.get('x-api-key');
      if (given === null) throw failure(416, 'an API key is missing', statusOfMissingApiKey);
      if (indexIn(given, keys) < 0) throw failure(631, 'the API key is wrong');
    }
    return partition;
  }

  /** `undefined` where the role's keys are not asked for. */
  #keysFor({ role, path }: Pick<Endpoint, 'role' | 'path'>): readonly string[] | undefined {
    const keys = this.#apiKeys.get(role);
    return keys && [...keys, ...(this.#apiKeys.get(alsoAdmitted[path] ?? role) ?? [])];
  }

  #partitionOf(incoming: Pick<Incoming, 'headers'>): number {
    const given = /^Bearer (\S+)$/i.exec(incoming.headers.get('authorization') ?? '')?.[1];
    if (given === undefined) throw failure(406, 'an access token is missing');
    const index = indexIn(given, this.#tokens);
    if (index < 0) throw failure(617, 'the access token is wrong');
    return index;
  }
}
