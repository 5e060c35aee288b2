import type { KeyObject } from 'node:crypto';
import { invalidArgument, isMlDsaSpec, knownOptions, ownBytes, sha256Hex } from '@securosys/core';
import { generatePrivateKey } from './keys/generate.js';
import { attributeFlags, defaultAttributes, type KeyAttributeFlags } from './keys/key-facts.js';
import { KeyRecord } from './keys/key-record.js';
import { type KeyType, keyTypes } from './keys/key-specs.js';
import { newDerivation } from './keys/new-derivation.js';
import { typeOfKey } from './keys/type-of-key.js';
import { hsmSeconds, type Partition } from './partition.js';
import { readRules, type WireRules } from './policy/read-policy.js';

/** A key to put into the emulator without a call, checked as strictly as one that comes over HTTP. */
export interface AddKeyOptions {
  readonly label: string;
  /** Needed unless `privateKey` is given. */
  readonly spec?: KeyType;
  /** A software key of your own, of any type but ML-DSA: tests reuse one, because making RSA keys is slow. */
  readonly privateKey?: KeyObject;
  /** Rules as on the wire; a missing one asks for nothing. Absent: a plain key, which can never get a policy. */
  readonly policy?: WireRules & { readonly keyStatus?: { readonly blocked: boolean } };
  /** Differences from a signing key that may be deleted. */
  readonly attributes?: Partial<KeyAttributeFlags>;
  readonly password?: string;
  /** DER; not checked against the key. */
  readonly certificate?: Uint8Array;
}

/** What {@link AddKeyOptions} became. */
export interface FakeKey {
  readonly label: string;
  readonly spec: KeyType;
  /** SubjectPublicKeyInfo, DER; empty for a secret key. */
  readonly spki: Uint8Array;
  /** SHA-256 of it: 64 lower-case hex characters. */
  readonly spkiSha256: string;
}

const members = ['label', 'spec', 'privateKey', 'policy', 'attributes', 'password', 'certificate'];

async function privateKeyOf({ privateKey, spec }: AddKeyOptions): Promise<{ privateKey: KeyObject; spec: KeyType }> {
  if (spec !== undefined && !keyTypes.includes(spec)) invalidArgument(`addKey: unknown spec; known are ${keyTypes.join(', ')}`);
  if (!privateKey)
    return spec ? { privateKey: await generatePrivateKey(spec), spec } : invalidArgument('addKey: spec or privateKey is needed');
  const found = privateKey.type === 'private' ? typeOfKey(privateKey) : undefined;
  if (!found || isMlDsaSpec(found)) return invalidArgument('addKey: privateKey is not of a type that the emulator has');
  if (spec && spec !== found) invalidArgument(`addKey: privateKey is of type ${found}`);
  return { privateKey, spec: found };
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, and the TSB errors 401, 606, 608, 610 of `POST /v1/key` */
export async function addKey(partition: Partition, options: AddKeyOptions): Promise<FakeKey> {
  knownOptions('addKey', options, members);
  knownOptions('addKey attributes', options.attributes ?? {}, attributeFlags);
  const { label, policy, password, certificate } = options;
  partition.keys.refuseTaken(label);
  const rules = policy && { rules: readRules(policy, partition.approvers), blocked: policy.keyStatus?.blocked ?? false };
  const { privateKey, spec } = await privateKeyOf(options);
  const attributes = { ...defaultAttributes, ...options.attributes };
  if (rules && attributes.extractable) invalidArgument('addKey: a key with a policy cannot be extractable');
  const key = new KeyRecord({
    label,
    spec,
    attributes,
    createdAt: hsmSeconds(partition),
    privateKey,
    password,
    imported: options.privateKey !== undefined,
    certificate: certificate && ownBytes(certificate),
    derivation: newDerivation(spec, attributes),
    ...rules,
  });
  partition.keys.add(key);
  partition.store.commit();
  const spki = ownBytes(key.spki ?? new Uint8Array(0));
  return { label, spec, spki, spkiSha256: sha256Hex(spki) };
}
