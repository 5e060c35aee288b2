import type { KeyPurpose, KeySpec } from '@securosys/core';
import { CKA, CKK, CKO } from '../cryptoki/attributes.js';
import { CKM } from '../cryptoki/mechanisms.js';
import type { Template } from '../token/template.js';
import { curveBySpec } from './curves.js';
import { bytes, flag, text, ulong, ulongs } from './entries.js';

/** What a template is made of. */
export interface NewKey {
  readonly label: string;
  /** CKA_ID: 20 random bytes. */
  readonly id: Uint8Array;
  readonly spec: KeySpec;
  readonly purpose: KeyPurpose;
  readonly extractable: boolean;
  /** CKA_WRAP_WITH_TRUSTED. */
  readonly wrapWithTrusted: boolean;
  /** CKA_ALLOWED_MECHANISMS, absent: all. */
  readonly allowedMechanisms?: readonly number[];
}

/** CKA_KEY_TYPE of a key spec. */
export function keyTypeOf(spec: KeySpec): number {
  return curveBySpec(spec)?.keyType ?? CKK.RSA;
}

/** CKM_… that makes a pair of this spec. */
export function pairMechanism(spec: KeySpec): number {
  if (spec.startsWith('rsa-')) return CKM.RSA_PKCS_KEY_PAIR_GEN;
  return keyTypeOf(spec) === CKK.EC ? CKM.EC_KEY_PAIR_GEN : CKM.EC_EDWARDS_KEY_PAIR_GEN;
}

/**
 * Private key, any type (`pkcs11.md` §6.8). Every usage flag is there, because providers set the missing ones by their own rules; exactly
 * one is true.
 */
export function privateTemplate({ label, id, spec, purpose, extractable }: NewKey): Template {
  return [
    ulong(CKA.CLASS, CKO.PRIVATE_KEY),
    ulong(CKA.KEY_TYPE, keyTypeOf(spec)),
    flag(CKA.TOKEN, true),
    flag(CKA.PRIVATE, true),
    text(CKA.LABEL, label),
    bytes(CKA.ID, id),
    flag(CKA.SENSITIVE, true),
    flag(CKA.EXTRACTABLE, extractable),
    flag(CKA.SIGN, purpose === 'sign'),
    flag(CKA.DECRYPT, purpose === 'decrypt'),
    flag(CKA.UNWRAP, false),
    flag(CKA.DERIVE, purpose === 'derive'),
  ];
}

/** What makes a private key tighter and not every module knows: left out as one group where it is refused. */
export const optionalTemplate: Template = [flag(CKA.SIGN_RECOVER, false), flag(CKA.MODIFIABLE, false), flag(CKA.COPYABLE, false)];

/**
 * What was asked for by name, and is never left out.
 * @param ulongSize `sizeof(CK_ULONG)`
 */
export function askedTemplate({ wrapWithTrusted, allowedMechanisms }: NewKey, ulongSize: number): Template {
  return [
    ...(wrapWithTrusted ? [flag(CKA.WRAP_WITH_TRUSTED, true)] : []),
    ...(allowedMechanisms ? [ulongs(CKA.ALLOWED_MECHANISMS, allowedMechanisms, ulongSize)] : []),
  ];
}

/** Public key, without what says which key it is: see {@link pairParameters}. */
export function publicTemplate({ label, id, spec, purpose }: NewKey): Template {
  return [
    ulong(CKA.CLASS, CKO.PUBLIC_KEY),
    ulong(CKA.KEY_TYPE, keyTypeOf(spec)),
    flag(CKA.TOKEN, true),
    flag(CKA.PRIVATE, false),
    text(CKA.LABEL, label),
    bytes(CKA.ID, id),
    flag(CKA.VERIFY, purpose === 'sign'),
    flag(CKA.ENCRYPT, purpose === 'decrypt'),
    flag(CKA.WRAP, false),
    flag(CKA.DERIVE, false),
  ];
}

/** What a pair is generated from: the size, or the curve, by its name as text where the module does not know its OID. */
export function pairParameters(spec: KeySpec, printable: boolean): Template {
  const curve = curveBySpec(spec);
  if (curve) return [bytes(CKA.EC_PARAMS, (printable && curve.printable) || curve.params)];
  return [ulong(CKA.MODULUS_BITS, Number(spec.slice('rsa-'.length))), bytes(CKA.PUBLIC_EXPONENT, Uint8Array.of(1, 0, 1))];
}
