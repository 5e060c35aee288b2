import { type KeyObject, randomUUID } from 'node:crypto';
import { isMlDsaSpec, ownBytes, spkiOf } from '@securosys/core';
import { failure } from '../failure.js';
import { errorOfMissingHalf } from '../inferred.js';
import type { RuleName, Rules } from '../policy/model.js';
import { isSecretType, type KeyType } from './key-specs.js';
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
  /** Of the public half or of a secret key; absent when nobody said. */
  readonly encrypt?: boolean | undefined;
  readonly verify?: boolean | undefined;
  readonly wrap?: boolean | undefined;
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

/** The flags that the attestation and the attributes answer report (§2.2). */
export const reportedFlags = [
  'decrypt',
  'sign',
  'unwrap',
  'derive',
  'sensitive',
  'extractable',
  'modifiable',
  'copyable',
  'destroyable',
] as const satisfies readonly (keyof KeyAttributeFlags)[];

/** Every flag. */
export const attributeFlags: readonly (keyof KeyAttributeFlags)[] = [...reportedFlags, 'encrypt', 'verify', 'wrap'];

/** What further keys are derived with (§2.2). */
export interface Derivation {
  /** `BIP32`, `SLIP-10`, `ADA` or `ADA/SLIP-10`. */
  readonly type: string;
  /** The chain code, 64 hex characters. */
  readonly value: string;
}

/** What a currency's address is made of, for keys with an address format. */
export interface KeyAddress {
  readonly format: string;
  /** Hex. */
  readonly value: string;
}

/** A key as it is made, imported or read from the data folder. */
export interface KeyFacts {
  readonly label: string;
  readonly id?: string | undefined;
  readonly spec: KeyType;
  readonly attributes: KeyAttributeFlags;
  /** Seconds. */
  readonly createdAt: number;
  /** The private half, or a secret key; absent when only a public key is known. */
  readonly privateKey?: KeyObject | undefined;
  /** SubjectPublicKeyInfo DER, where it is not that of the private half. */
  readonly spki?: Uint8Array | undefined;
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
  readonly derivation?: Derivation | undefined;
  readonly address?: KeyAddress | undefined;
  /** Of a key that is derived for one call, and never stored: what it was derived from. */
  readonly master?: KeyRecord | undefined;
}

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
