import { randomBytes } from 'node:crypto';
import { hexText } from '@securosys/core';
import type { DerivableCurve } from '../crypto/slip10.js';
import { derivationTypes } from '../inferred.js';
import type { Derivation } from './key-facts.js';
import type { KeyType } from './key-specs.js';

const curves: Readonly<Partial<Record<KeyType, DerivableCurve>>> = {
  'ec-p256': 'prime256v1',
  'ec-secp256k1': 'secp256k1',
  ed25519: 'ed25519',
};

/** The curve of keys that SLIP-0010 derives; `undefined` for every other type. */
export function derivableCurve(spec: KeyType): DerivableCurve | undefined {
  return curves[spec];
}

/** What a key is told that further ones are to be derived from (`tsb-rest-api.md` §2.2). */
export interface DerivationFlags {
  readonly derive: boolean;
  readonly bip32?: boolean | undefined;
  readonly slip10?: boolean | undefined;
}

/**
 * A chain code for a key that may derive, random unless its seed gives one; `undefined` for keys that may not, and for types without derivation.
 * @param chainCode 32 bytes
 */
export function newDerivation(
  spec: KeyType,
  { derive, bip32 = false, slip10 = !bip32 }: DerivationFlags,
  chainCode: Uint8Array = randomBytes(32),
): Derivation | undefined {
  const curve = derivableCurve(spec);
  if (!derive || !curve) return undefined;
  return {
    type: derivationTypes[curve === 'ed25519' ? 'ed25519' : 'ec'][slip10 ? 'slip10' : 'bip32'],
    value: hexText(chainCode),
  };
}
