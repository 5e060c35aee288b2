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
  readonly #fixed: readonly string[] | undefined;
  #index = 0;

  constructor(
    readonly role: ApiKeyRole,
    source: SecretSource<string | readonly string[]>,
  ) {
    this.#source = source;
    this.#fixed = typeof source === 'function' ? undefined : checkedKeys(source);
  }

  turn(): ApiKeyTurn | Promise<ApiKeyTurn> {
    return this.#fixed ? this.#first(this.#fixed) : this.#asked();
  }

  async #asked(): Promise<ApiKeyTurn> {
    const source = this.#source;
    return this.#first(checkedKeys(typeof source === 'function' ? await source() : source));
  }

  #first(keys: readonly string[]): ApiKeyTurn {
    return new ApiKeyTurn(this, keys, this.#index % keys.length, keys.length);
  }

  /** Remembers that the key after `refused` is the next to use, unless another call already moved on. */
  moveOn(refused: number, count: number): void {
    if (this.#index % count === refused) this.#index = (refused + 1) % count;
  }
}

/** The keys to try for one call: `key` now, `next()` after each refusal. */
export class ApiKeyTurn {
  readonly #ring: Ring;
  readonly #keys: readonly string[];
  readonly #index: number;
  readonly #left: number;

  constructor(ring: Ring, keys: readonly string[], index: number, left: number) {
    this.#ring = ring;
    this.#keys = keys;
    this.#index = index;
    this.#left = left;
  }

  get role(): ApiKeyRole {
    return this.#ring.role;
  }

  get key(): string {
    return this.#keys[this.#index] as string;
  }

  /** The turn after a 631, or `undefined` when every key of the role was refused in this call. */
  next(): ApiKeyTurn | undefined {
    const count = this.#keys.length;
    this.#ring.moveOn(this.#index, count);
    return this.#left > 1 ? new ApiKeyTurn(this.#ring, this.#keys, (this.#index + 1) % count, this.#left - 1) : undefined;
  }
}

export class ApiKeyRing {
  readonly #rings = new Map<ApiKeyRole, Ring>();

  constructor(keys: ApiKeys) {
    knownOptions('apiKeys', keys, apiKeyRoles);
    for (const role of apiKeyRoles) {
      const source = keys[role];
      if (source !== undefined) this.#rings.set(role, new Ring(role, source));
    }
  }

  /** True when any role has a key. */
  get some(): boolean {
    return this.#rings.size > 0;
  }

  /** The first turn of a call, `undefined` when the role has no key; a promise only when the keys have to be asked for. */
  turn(role: ApiKeyRole): ApiKeyTurn | Promise<ApiKeyTurn> | undefined {
    return this.#rings.get(role)?.turn();
  }
}
