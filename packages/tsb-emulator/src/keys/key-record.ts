import { type KeyObject, randomUUID } from 'node:crypto';
import { type KeySpec, spkiOf } from '@securosys/core';
import type { RuleName, Rules } from '../policy/model.js';

/** Flags of §2.2 that gate operations here; what the emulator does not do is only remembered. */
export interface KeyAttributeFlags {
  readonly decrypt: boolean;
  readonly sign: boolean;
  readonly unwrap: boolean;
  readonly derive: boolean;
  readonly sensitive: boolean;
  readonly extractable: boolean;
  readonly modifiable: boolean;
  readonly copyable: boolean;
  readonly destroyable: boolean;
}

export const defaultAttributes: KeyAttributeFlags = {
  decrypt: false,
  sign: true,
  unwrap: false,
  derive: false,
  sensitive: true,
  extractable: false,
  modifiable: true,
  copyable: false,
  destroyable: true,
};

/** One software key. It lives in this object only and is written nowhere. */
export class KeyRecord {
  /** Tells a key from a later one of the same label. */
  readonly identity = randomUUID();
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly #privateKey: KeyObject;
  readonly #password: string;
  /** `undefined` for a plain key, which can never become one with a policy (§4.2). */
  rules: Rules | undefined;
  blocked: boolean;
  /** DER. */
  certificate: Uint8Array | undefined;
  useCount = 0;

  constructor(
    readonly label: string,
    readonly id: string | undefined,
    readonly spec: KeySpec,
    readonly attributes: KeyAttributeFlags,
    readonly createdAt: number,
    secrets: { privateKey: KeyObject; password?: string | undefined },
    policy: { rules: Rules; blocked: boolean } | undefined,
    /** Came from outside instead of being made here. */
    readonly imported = false,
  ) {
    this.#privateKey = secrets.privateKey;
    this.#password = secrets.password ?? '';
    this.spki = spkiOf(secrets.privateKey);
    this.rules = policy?.rules;
    this.blocked = policy?.blocked ?? false;
  }

  get privateKey(): KeyObject {
    return this.#privateKey;
  }

  hasPassword(password: string | undefined): boolean {
    return (password ?? '') === this.#password;
  }

  /** `null`, which asks for nothing, for plain keys. */
  rule(name: RuleName): Rules[RuleName] {
    return this.rules?.[name] ?? null;
  }
}
