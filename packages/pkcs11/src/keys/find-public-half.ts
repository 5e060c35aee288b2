import type { KeyObject } from 'node:crypto';
import { type CallOptions, equalBytes, spkiOf } from '@securosys/core';
import { CKA, CKC, CKO } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { Attributes, FoundObject, TokenCalls } from '../token/token-calls.js';
import { certificateKey } from './certificate-key.js';
import { curveAlgorithm, curveByParams } from './curves.js';
import { bytes, ulong } from './entries.js';
import { publicKeyOfAttributes, publicKeyOfInfo, rsaPublicKey } from './public-half.js';
import { bytesOf } from './values.js';

/** Attributes that tell what a public key object is. */
export const publicKeyAttributes: readonly number[] = [
  CKA.LABEL,
  CKA.ID,
  CKA.KEY_TYPE,
  CKA.MODULUS,
  CKA.PUBLIC_EXPONENT,
  CKA.EC_PARAMS,
  CKA.EC_POINT,
];

const usualExponent = Uint8Array.of(1, 0, 1);

/** Makes a signature and checks it: the proof that a guessed public half is right. */
export type ProvePublicHalf = (found: FoundObject, candidate: KeyObject, options: CallOptions) => Promise<boolean>;

/** Whether a public key can belong to a private one: the same modulus or the same curve, where the private key shows it. */
function fits(candidate: KeyObject, privateKey: Attributes): boolean {
  const modulus = bytesOf(privateKey, CKA.MODULUS);
  const rsa = candidate.asymmetricKeyType === 'rsa';
  if (modulus || rsa) {
    const own = modulus && rsaPublicKey(modulus, usualExponent);
    return own !== undefined && rsa && own.export({ format: 'jwk' }).n === candidate.export({ format: 'jwk' }).n;
  }
  const params = bytesOf(privateKey, CKA.EC_PARAMS);
  const curve = params && curveByParams(params);
  return !curve || Buffer.from(spkiOf(candidate)).includes(Buffer.from(curveAlgorithm(curve)));
}

function distinct(keys: readonly (KeyObject | undefined)[], privateKey: Attributes): KeyObject[] {
  const known: KeyObject[] = [];
  for (const key of keys) if (key && fits(key, privateKey) && !known.some((other) => other.equals(key))) known.push(key);
  return known;
}

/**
 * How objects that belong to a key are found: by its CKA_ID, or by its label when it has none; `undefined` when it has neither.
 */
function belongs(privateKey: Attributes, objectClass: number): Template | undefined {
  const name = [CKA.ID, CKA.LABEL].find((type) => bytesOf(privateKey, type));
  const value = name === undefined ? undefined : privateKey.get(name);
  return name === undefined || !value ? undefined : [ulong(CKA.CLASS, objectClass), bytes(name, value)];
}

async function fromPublicKeys(calls: TokenCalls, { attributes }: FoundObject, options: CallOptions): Promise<KeyObject[]> {
  const template = belongs(attributes, CKO.PUBLIC_KEY);
  const found = template ? await calls.find(template, publicKeyAttributes, options) : [];
  const label = attributes.get(CKA.LABEL);
  const all = distinct(
    found.map((each) => publicKeyOfAttributes(each.attributes)),
    attributes,
  );
  if (all.length < 2 || !label) return all;
  const sameLabel = found.filter((each) => equalBytes(each.attributes.get(CKA.LABEL) ?? new Uint8Array(0), label));
  return distinct(
    sameLabel.map((each) => publicKeyOfAttributes(each.attributes)),
    attributes,
  );
}

async function fromCertificates(calls: TokenCalls, { attributes }: FoundObject, options: CallOptions): Promise<KeyObject[]> {
  const template = belongs(attributes, CKO.CERTIFICATE);
  if (!template) return [];
  const found = await calls.find([...template, ulong(CKA.CERTIFICATE_TYPE, CKC.X_509)], [CKA.VALUE], options);
  return distinct(
    found.map((each) => certificateKey(bytesOf(each.attributes, CKA.VALUE))),
    attributes,
  );
}

/**
 * The public half of a private key, which PKCS#11 does not keep with it: what the private key shows of itself, a public key object with
 * its CKA_ID, a certificate with it, or CKA_PUBLIC_KEY_INFO. Two different answers are none. A modulus without its exponent is tried
 * with 65537, and believed only after `prove` has seen a signature.
 * @returns `undefined` when the token has no public half of this key, or several
 */
export async function findPublicHalf(
  calls: TokenCalls,
  found: FoundObject,
  options: CallOptions,
  prove?: ProvePublicHalf,
): Promise<KeyObject | undefined> {
  const { attributes } = found;
  const own = publicKeyOfAttributes(attributes);
  if (own) return own;
  for (const look of [fromPublicKeys, fromCertificates]) {
    const keys = await look(calls, found, options);
    if (keys.length > 0) return keys.length === 1 ? keys[0] : undefined;
  }
  const info = publicKeyOfInfo(attributes);
  if (info && fits(info, attributes)) return info;
  const modulus = bytesOf(attributes, CKA.MODULUS);
  const guess = modulus && rsaPublicKey(modulus, usualExponent);
  const proven = guess && prove ? await prove(found, guess, options) : false;
  return proven ? guess : undefined;
}
