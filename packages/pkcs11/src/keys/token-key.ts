import type { KeyObject } from 'node:crypto';
import { hexText, type KeySpec, type KeyUsage, keySpecOf, ownBytes, sha256Hex, spkiOf } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Attributes, FoundObject, ObjectHandle, TokenInfo } from '../token/token-calls.js';
import { factAttributes, keyFacts, type Pkcs11KeyInfo } from './key-facts.js';
import { bytesOf, flagOf, textOf, ulongOf } from './values.js';

/** A private key of the token that can be used: found in this login epoch, with the public half that was found for it. */
export interface TokenKey {
  readonly handle: ObjectHandle;
  readonly label: string | undefined;
  /** CKA_ID, empty when it has none. */
  readonly id: Uint8Array;
  readonly spec: KeySpec | undefined;
  readonly usages: readonly KeyUsage[];
  readonly alwaysAuthenticate: boolean;
  readonly publicKey: KeyObject;
  readonly info: Pkcs11KeyInfo;
}

const usages: readonly (readonly [number, readonly KeyUsage[]])[] = [
  [CKA.SIGN, ['sign', 'verify']],
  [CKA.DECRYPT, ['decrypt', 'encrypt']],
  [CKA.UNWRAP, ['unwrap', 'wrap']],
  [CKA.DERIVE, ['derive']],
];

/** Attributes of a private key that tell everything about it but its secret. Other attributes are never asked for. */
export const privateKeyAttributes: readonly number[] = [
  CKA.LABEL,
  CKA.ID,
  CKA.KEY_TYPE,
  CKA.MODULUS,
  CKA.PUBLIC_EXPONENT,
  CKA.EC_PARAMS,
  CKA.PUBLIC_KEY_INFO,
  ...usages.map(([type]) => type),
  ...factAttributes,
];

/** Usages by the flags of a private key; the public half does the counterpart. What is not told is not allowed. */
export function usagesOf(attributes: Attributes): KeyUsage[] {
  return usages.flatMap(([type, allowed]) => (flagOf(attributes, type) ? allowed : []));
}

/** The key of a private key object and its public half. */
export function tokenKey({ handle, attributes }: FoundObject, publicKey: KeyObject, token: TokenInfo): TokenKey {
  const label = textOf(attributes, CKA.LABEL);
  const id = ownBytes(bytesOf(attributes, CKA.ID) ?? new Uint8Array(0));
  const spki = spkiOf(publicKey);
  const spec = keySpecOf(publicKey);
  const allowed = usagesOf(attributes);
  const facts = keyFacts(ulongOf(attributes, CKA.KEY_TYPE) ?? 0xffffffff, attributes, token);
  return {
    handle,
    label,
    id,
    spec,
    usages: allowed,
    alwaysAuthenticate: facts.alwaysAuthenticate,
    publicKey,
    info: {
      ref: { ...(label !== undefined && { label }), ...(id.byteLength > 0 && { id }), spkiSha256: sha256Hex(spki) },
      spec,
      spki,
      usages: allowed,
      // Nothing in PKCS#11 waits for people: a key does what its flags say, or the token refuses.
      needsApproval: false,
      assurance: 'self-reported',
      pkcs11: facts,
    },
  };
}

/** Description with memory of its own, for a caller who may change what he gets. */
export function describedKey({ info }: TokenKey): Pkcs11KeyInfo {
  const { ref, usages: allowed, spki } = info;
  return { ...info, ref: { ...ref, ...(ref.id && { id: ownBytes(ref.id) }) }, usages: [...allowed], spki: ownBytes(spki) };
}

/** How an object is shown to people: its label and its id in hex, each empty when it has none. */
export interface ObjectNames {
  readonly label: string;
  readonly id: string;
}

/** Label and id out of attributes. */
export function namesOf(attributes: Attributes): ObjectNames {
  return { label: textOf(attributes, CKA.LABEL) ?? '', id: hexText(bytesOf(attributes, CKA.ID) ?? new Uint8Array(0)) };
}
