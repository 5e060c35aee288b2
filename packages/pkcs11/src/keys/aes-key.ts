import { type CallOptions, hexText, type KeyRef, type KeyUsage, SignError } from '@securosys/core';
import { CKA, CKK, CKO } from '../cryptoki/attributes.js';
import { CKM } from '../cryptoki/mechanisms.js';
import { capabilitiesOf } from '../operations/capabilities.js';
import type { Template } from '../token/template.js';
import type { ObjectHandle, TokenCalls } from '../token/token-calls.js';
import { bytes, flag, text, ulong } from './entries.js';
import { freeLabel } from './free-label.js';
import { ambiguous, checkRef, keyNotFound, objectTemplate } from './key-query.js';
import { makeObjects } from './make-objects.js';
import { checkLabel } from './new-key.js';
import { undo } from './own-objects.js';
import { namesOf } from './token-key.js';
import { bytesOf, flagOf, textOf, ulongOf } from './values.js';

/** An AES key of the token. */
export interface TokenAesKey {
  readonly handle: ObjectHandle;
  readonly label: string | undefined;
  /** CKA_ID, empty when it has none. */
  readonly id: Uint8Array;
  readonly usages: readonly KeyUsage[];
  /** CKA_VALUE_LEN in bits; `undefined` where the module does not tell. */
  readonly bits: number | undefined;
  readonly sensitive: boolean | undefined;
  readonly extractable: boolean | undefined;
  readonly alwaysAuthenticate: boolean;
}

/** The two uses of a new key: it wraps keys, or it seals bytes, and never both. */
export type AesPurpose = 'wrap' | 'seal';

const flagsOfUsages = [
  [CKA.WRAP, 'wrap'],
  [CKA.UNWRAP, 'unwrap'],
  [CKA.ENCRYPT, 'encrypt'],
  [CKA.DECRYPT, 'decrypt'],
] as const;
const usagesOf: Readonly<Record<AesPurpose, readonly KeyUsage[]>> = { wrap: ['wrap', 'unwrap'], seal: ['encrypt', 'decrypt'] };

const attributes: readonly number[] = [
  CKA.LABEL,
  CKA.ID,
  CKA.KEY_TYPE,
  CKA.VALUE_LEN,
  ...flagsOfUsages.map(([type]) => type),
  CKA.SENSITIVE,
  CKA.EXTRACTABLE,
  CKA.ALWAYS_AUTHENTICATE,
];

/** AES of 256 bits, with one purpose (`pkcs11.md` §6.8). */
function aesTemplate(label: string, id: Uint8Array, purpose: AesPurpose): Template {
  return [
    ulong(CKA.CLASS, CKO.SECRET_KEY),
    ulong(CKA.KEY_TYPE, CKK.AES),
    flag(CKA.TOKEN, true),
    flag(CKA.PRIVATE, true),
    flag(CKA.SENSITIVE, true),
    flag(CKA.EXTRACTABLE, false),
    ulong(CKA.VALUE_LEN, 32),
    ...flagsOfUsages.map(([type, usage]) => flag(type, usagesOf[purpose].includes(usage))),
    text(CKA.LABEL, label),
    bytes(CKA.ID, id),
  ];
}

/**
 * The one AES key that a reference names by label or id. It has no public half: `spkiSha256` names none.
 * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_INVALID_ARGUMENT` with `details.matches`, `ERR_KEY_NOT_USABLE` for another type of key
 */
export async function findAesKey(calls: TokenCalls, ref: KeyRef, options: CallOptions): Promise<TokenAesKey> {
  checkRef(ref);
  if (ref.spkiSha256 !== undefined)
    throw new SignError('ERR_INVALID_ARGUMENT', 'an AES key is named by label or id; it has no public key');
  const found = await calls.find(objectTemplate(CKO.SECRET_KEY, ref), attributes, options);
  const [only, another] = found;
  if (!only) throw keyNotFound(ref, calls.token);
  if (another)
    throw ambiguous(
      ref,
      found.map((each) => namesOf(each.attributes)),
      calls.token,
    );
  const told = only.attributes;
  if (ulongOf(told, CKA.KEY_TYPE) !== CKK.AES)
    throw new SignError('ERR_KEY_NOT_USABLE', 'the key is no AES key', { details: { tokenLabel: calls.token.label } });
  const length = ulongOf(told, CKA.VALUE_LEN);
  return {
    handle: only.handle,
    label: textOf(told, CKA.LABEL),
    id: Uint8Array.from(bytesOf(told, CKA.ID) ?? []),
    usages: flagsOfUsages.flatMap(([type, usage]) => (flagOf(told, type) ? [usage] : [])),
    bits: length === undefined ? undefined : length * 8,
    sensitive: flagOf(told, CKA.SENSITIVE),
    extractable: flagOf(told, CKA.EXTRACTABLE),
    alwaysAuthenticate: flagOf(told, CKA.ALWAYS_AUTHENTICATE) ?? false,
  };
}

/** A key that is to be made. */
export interface NewAesKey {
  readonly label: string;
  readonly id: Uint8Array;
  readonly purpose: AesPurpose;
}

/**
 * Generates an AES key in the token and reads it back.
 * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_PROTOCOL` when it came out otherwise (it is destroyed then),
 * `ERR_OUTCOME_UNKNOWN` with `details.ckaId`
 */
export async function generateAesKey(
  calls: TokenCalls,
  { label, id, purpose }: NewAesKey,
  options: CallOptions,
): Promise<TokenAesKey> {
  checkLabel(label);
  await capabilitiesOf(calls).need(CKM.AES_KEY_GEN, 'GENERATE', undefined, options);
  await freeLabel(calls, label, CKO.SECRET_KEY, options);
  const make = (rest: CallOptions) => calls.generateKey({ type: CKM.AES_KEY_GEN }, aesTemplate(label, id, purpose), rest);
  await makeObjects({ calls, id, classes: [CKO.SECRET_KEY], make }, options);
  try {
    const key = await findAesKey(calls, { id }, options);
    const asAsked = key.usages.length === 2 && usagesOf[purpose].every((usage) => key.usages.includes(usage));
    if (key.sensitive === true && key.extractable === false && asAsked) return key;
    throw new SignError('ERR_PROTOCOL', 'the token did not make the AES key as it was asked to; it was destroyed', {
      details: { ckaId: hexText(id), tokenLabel: calls.token.label },
    });
  } catch (error) {
    await undo(calls, id, options, error);
    throw error;
  }
}
