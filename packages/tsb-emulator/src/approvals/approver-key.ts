import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { base64Text, invalidArgument, knownOptions, spkiOf } from '@securosys/core';

/** The key a person approves with, as the in-process conveniences and the client's approver side take it. */
export interface ApproverKeyPair {
  readonly name: string;
  /** SubjectPublicKeyInfo, DER: what a policy holds as `public_key`, in base64. */
  readonly spki: Uint8Array;
  readonly privateKey: KeyObject;
}

const types = {
  'ec-p256': () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  'ec-secp256k1': () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  'rsa-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
};

/**
 * A fresh approver key, EC P-256 unless another type is named.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function createApproverKey(name = 'approver', options: { type?: keyof typeof types } = {}): ApproverKeyPair {
  knownOptions('createApproverKey', options, ['type']);
  const make = types[options.type ?? 'ec-p256'] ?? invalidArgument('createApproverKey: unknown key type');
  const { privateKey } = make();
  return { name, spki: spkiOf(privateKey), privateKey };
}

/** An approver as an entry of a policy's group (`tsb-rest-api.md` §4.1). */
export function approvalEntry(key: Pick<ApproverKeyPair, 'name' | 'spki'>): { type: 'public_key'; name: string; value: string } {
  return { type: 'public_key', name: key.name, value: base64Text(key.spki) };
}
