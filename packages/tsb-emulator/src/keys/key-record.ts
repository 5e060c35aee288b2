import { type KeyObject, randomUUID } from 'node:crypto';
import { isMlDsaSpec, ownBytes, spkiOf } from '@securosys/core';
import { failure } from '../failure.js';
import { errorOfMissingHalf } from '../inferred.js';
import type { RuleName, Rules } from '../policy/model.js';
import type { Derivation, KeyAddress, KeyAttributeFlags, KeyFacts } from './key-facts.js';
import { isSecretType, type KeyType } from './key-specs.js';
import { mlDsaSpkiOf } from './ml-dsa.js';

function spkiOfFacts({ spec, privateKey, spki }: KeyFacts): Uint8Array<ArrayBuffer> | undefined {
  if (spki) return ownBytes(spki);
  if (!privateKey || isSecretType(spec)) return undefined;
  return isMlDsaSpec(spec) ? mlDsaSpkiOf(privateKey, spec) : spkiOf(privateKey);
}

/** One software key. Its secrets show in no inspection; only the data folder, if there is one, gets them. */
export class KeyRecord {
  readonly label: string;
  readonly id: string | undefined;
  readonly spec: KeyType;
  readonly attributes: KeyAttributeFlags;
  readonly createdAt: number;
  readonly rules: Rules | undefined;
  readonly blocked: boolean;
  readonly imported: boolean;
  readonly certificate: Uint8Array | undefined;
  readonly useCount: number;
  /** Tells a key from a later one of the same label. */
  readonly identity: string;
  readonly derivation: Derivation | undefined;
  readonly address: KeyAddress | undefined;
  readonly master: KeyRecord | undefined;
  /** SubjectPublicKeyInfo DER; absent for a secret key. */
  readonly spki: Uint8Array<ArrayBuffer> | undefined;
  readonly #privateKey: KeyObject | undefined;
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
    this.derivation = facts.derivation;
    this.address = facts.address;
    this.master = facts.master;
    this.spki = spkiOfFacts(facts);
    this.#privateKey = facts.privateKey;
    this.#password = facts.password ?? '';
  }

  /** The private half, or a secret key. @throws SignError with a TSB error when only the public key is known */
  get privateKey(): KeyObject {
    if (!this.#privateKey) throw failure(errorOfMissingHalf, 'only the public half of this key is known');
    return this.#privateKey;
  }

  get hasPrivateKey(): boolean {
    return this.#privateKey !== undefined;
  }

  /** Everything, secrets included, for the data folder. */
  facts(): KeyFacts {
    const { label, id, spec, attributes, createdAt, rules, blocked, imported, certificate, useCount, identity } = this;
    const { spki, derivation, address } = this;
    const open = { label, id, spec, attributes, createdAt, rules, blocked, imported, certificate, useCount, identity };
    return { ...open, spki, derivation, address, privateKey: this.#privateKey, password: this.#password };
  }

  /** The same key, with other facts. */
  with(changes: Partial<KeyFacts>): KeyRecord {
    return new KeyRecord({ ...this.facts(), master: this.master, ...changes });
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
