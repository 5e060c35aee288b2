import { type KeyObject, randomUUID } from 'node:crypto';
import { isMlDsaSpec, type KeySpec, spkiOf } from '@securosys/core';
import type { RuleName, Rules } from '../policy/model.js';
import { mlDsaSpkiOf } from './ml-dsa.js';

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

/** A key as it is made, imported or read from the data folder. */
export interface KeyFacts {
  readonly label: string;
  readonly id?: string | undefined;
  readonly spec: KeySpec;
  readonly attributes: KeyAttributeFlags;
  /** Seconds. */
  readonly createdAt: number;
  readonly privateKey: KeyObject;
  readonly password?: string | undefined;
  /** `undefined` for a plain key, which can never become one with a policy (§4.2). */
  readonly rules?: Rules | undefined;
  readonly blocked?: boolean | undefined;
  /** Came from outside instead of being made here. */
  readonly imported?: boolean | undefined;
  /** DER. */
  readonly certificate?: Uint8Array | undefined;
  readonly useCount?: number | undefined;
  readonly identity?: string | undefined;
}

/** One software key. Its secrets show in no inspection; only the data folder, if there is one, gets them. */
export class KeyRecord {
  readonly label: string;
  readonly id: string | undefined;
  readonly spec: KeySpec;
  readonly attributes: KeyAttributeFlags;
  readonly createdAt: number;
  readonly rules: Rules | undefined;
  readonly blocked: boolean;
  readonly imported: boolean;
  readonly certificate: Uint8Array | undefined;
  readonly useCount: number;
  /** Tells a key from a later one of the same label. */
  readonly identity: string;
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly #privateKey: KeyObject;
  #password: string;

  constructor(facts: KeyFacts) {
    this.label = facts.label;
    this.id = facts.id;
    this.spec = facts.spec;
    this.attributes = facts.attributes;
    this.createdAt = facts.createdAt;
    this.rules = facts.rules;
    this.blocked = facts.blocked ?? false;
    this.imported = facts.imported ?? false;
    this.certificate = facts.certificate;
    this.useCount = facts.useCount ?? 0;
    this.identity = facts.identity ?? randomUUID();
    this.spki = isMlDsaSpec(facts.spec) ? mlDsaSpkiOf(facts.privateKey, facts.spec) : spkiOf(facts.privateKey);
    this.#privateKey = facts.privateKey;
    this.#password = facts.password ?? '';
  }

  get privateKey(): KeyObject {
    return this.#privateKey;
  }

  /** Everything, secrets included, for the data folder. */
  facts(): KeyFacts {
    const { label, id, spec, attributes, createdAt, rules, blocked, imported, certificate, useCount, identity } = this;
    const open = { label, id, spec, attributes, createdAt, rules, blocked, imported, certificate, useCount, identity };
    return { ...open, privateKey: this.#privateKey, password: this.#password };
  }

  hasPassword(password: string | undefined): boolean {
    return (password ?? '') === this.#password;
  }

  /** Changed through the key store only, like every other member. */
  set password(password: string) {
    this.#password = password;
  }

  /** `null`, which asks for nothing, for plain keys. */
  rule(name: RuleName): Rules[RuleName] {
    return this.rules?.[name] ?? null;
  }
}
