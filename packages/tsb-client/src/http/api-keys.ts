import { invalidArgument, knownOptions } from '@securosys/core';
import { type ApiKeyRole, apiKeyRoles } from '../api/roles.js';
import { headerSecret, type SecretSource } from './secret.js';

/** API keys (`X-API-KEY`) by role; several per role while one is being replaced (`tsb-rest-api.md` §1.3). */
export type ApiKeys = { readonly [role in ApiKeyRole]?: SecretSource<string | readonly string[]> };

function checkedKeys(given: string | readonly string[]): readonly string[] {
  const keys = typeof given === 'string' ? [given] : given;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > 16) invalidArgument('a role needs 1 to 16 API keys');
  return keys.map((key) => headerSecret(key, 'API key'));
}

/** One role's keys. The place in the list outlives a call, so a revoked key is tried once and not once per call. */
class Ring {
  readonly #source: SecretSource<string | readonly string[]>;
  #index = 0;

  constructor(source: SecretSource<string | readonly string[]>) {
    this.#source = typeof source === 'function' ? source : checkedKeys(source);
  }

  async keys(): Promise<readonly string[]> {
    const source = this.#source;
    return checkedKeys(typeof source === 'function' ? await source() : source);
  }

  get index(): number {
    return this.#index;
  }

  /** Remembers that the key after `refused` is the next to use, unless another call already moved on. */
  moveOn(refused: number, count: number): void {
    if (this.#index % count === refused) this.#index = (refused + 1) % count;
  }
}

/** The keys to try for one call: `key` now, `next()` after each refusal. */
export interface ApiKeyTurn {
  readonly key: string;
  /** The turn after a 631, or `undefined` when every key of the role was refused in this call. */
  next(): ApiKeyTurn | undefined;
}

export class ApiKeyRing {
  readonly #rings = new Map<ApiKeyRole, Ring>();

  constructor(keys: ApiKeys) {
    knownOptions('apiKeys', keys, apiKeyRoles);
    for (const role of apiKeyRoles) {
      const source = keys[role];
      if (source !== undefined) this.#rings.set(role, new Ring(source));
    }
  }

  /** True when any role has a key. */
  get some(): boolean {
    return this.#rings.size > 0;
  }

  /** The first turn of a call, `undefined` when the role has no key. */
  async turn(role: ApiKeyRole): Promise<ApiKeyTurn | undefined> {
    const ring = this.#rings.get(role);
    if (!ring) return undefined;
    const keys = await ring.keys();
    const at = (index: number, left: number): ApiKeyTurn => ({
      key: keys[index] as string,
      next: () => {
        ring.moveOn(index, keys.length);
        return left > 1 ? at((index + 1) % keys.length, left - 1) : undefined;
      },
    });
    return at(ring.index % keys.length, keys.length);
  }
}
