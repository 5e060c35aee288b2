import type { KeyInfo } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Attributes, TokenInfo } from '../token/token-calls.js';
import { flagOf, ulongOf } from './values.js';

/**
 * What the token says about a private key and about itself. It is the module's word, not an attestation: NSS calls a key that it
 * generated not local, and any software can answer true (`pkcs11.md` §6.10). Absent is what the module does not tell.
 */
export interface Pkcs11KeyFacts {
  /** CKA_KEY_TYPE (CKK_…). */
  readonly keyType: number;
  /** CKA_SENSITIVE, and whether it always was. */
  readonly sensitive?: boolean;
  readonly alwaysSensitive?: boolean;
  /** CKA_EXTRACTABLE, and whether it never was. */
  readonly extractable?: boolean;
  readonly neverExtractable?: boolean;
  /** Whether the token made the key itself. */
  readonly local?: boolean;
  /** CKM_… that made the key. */
  readonly keyGenMechanism?: number;
  /** Whether each use wants the PIN again. */
  readonly alwaysAuthenticate: boolean;
  readonly token: Pick<TokenInfo, 'label' | 'serial' | 'manufacturer' | 'model' | 'firmwareVersion'>;
}

/** A key of a token: what every backend says, and what PKCS#11 knows besides. */
export interface Pkcs11KeyInfo extends KeyInfo {
  readonly pkcs11: Pkcs11KeyFacts;
}

const flags = {
  sensitive: CKA.SENSITIVE,
  alwaysSensitive: CKA.ALWAYS_SENSITIVE,
  extractable: CKA.EXTRACTABLE,
  neverExtractable: CKA.NEVER_EXTRACTABLE,
  local: CKA.LOCAL,
} as const;

/** Attributes that {@link keyFacts} reads. */
export const factAttributes: readonly number[] = [...Object.values(flags), CKA.KEY_GEN_MECHANISM, CKA.ALWAYS_AUTHENTICATE];

/** The facts in the attributes of a private key. */
export function keyFacts(keyType: number, attributes: Attributes, token: TokenInfo): Pkcs11KeyFacts {
  const told = Object.entries(flags).flatMap(([name, type]) => {
    const value = flagOf(attributes, type);
    return value === undefined ? [] : [[name, value] as const];
  });
  const keyGenMechanism = ulongOf(attributes, CKA.KEY_GEN_MECHANISM);
  const { label, serial, manufacturer, model, firmwareVersion } = token;
  return {
    keyType,
    ...Object.fromEntries(told),
    ...(keyGenMechanism !== undefined && { keyGenMechanism }),
    alwaysAuthenticate: flagOf(attributes, CKA.ALWAYS_AUTHENTICATE) ?? false,
    token: { label, serial, manufacturer, model, firmwareVersion },
  };
}
