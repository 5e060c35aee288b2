import type { KeyObject } from 'node:crypto';
import type { Rules } from '../policy/model.js';
import type { KeyRecord } from './key-record.js';
import type { KeyType } from './key-specs.js';

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
