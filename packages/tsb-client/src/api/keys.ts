import { tsbKeyAlgorithms } from './algorithms.js';
import { dto } from './dto.js';
import { type Policy, policyShape, type ReportedPolicy, reportedPolicyShape } from './policy.js';
import { type Infer, list, named, nullable, object, oneOf, oneOfOpen, optional } from './shape.js';
import { anything, base64, charArray, count, flag, name, positive, text } from './values.js';

/** Cryptocurrency addresses that a server can derive from a key (§3.1). */
export const addressFormats = ['BTC', 'ETH', 'XLM', 'XRP', 'IOTA'] as const;

export const attributesShape = object({
  decrypt: flag,
  sign: flag,
  unwrap: flag,
  encrypt: optional(flag),
  verify: optional(flag),
  wrap: optional(flag),
  derive: optional(flag),
  bip32: optional(flag),
  slip10: optional(flag),
  /** Must be false on a key with a policy. */
  extractable: optional(flag),
  /** Of attributes and password, not of the policy. The server's default is true. */
  modifiable: optional(flag),
  destroyable: optional(flag),
  sensitive: optional(flag),
  copyable: optional(flag),
  /** Newer servers; what it does is not documented. */
  rollover: optional(flag),
});

const createKeyShape = object({
  label: name,
  password: optional(charArray),
  id: optional(name),
  algorithm: optional(oneOf(tsbKeyAlgorithms)),
  algorithmOid: optional(name),
  curveOid: optional(name),
  /** Bits. */
  keySize: optional(positive),
  addressFormat: optional(object({ format: oneOf(addressFormats) })),
  attributes: named<TsbAttributes>(attributesShape),
  /** Absent: a plain key, which can never get a policy. */
  policy: optional<Policy>(policyShape),
});

const keyNameShape = object({ label: name, password: optional(charArray) });

const reportedFlag = nullable(flag);

const keyAttributesShape = object({
  label: text,
  id: optional(text),
  uuid: optional(text),
  algorithm: oneOfOpen(tsbKeyAlgorithms),
  algorithmOid: optional(text),
  curveOid: optional(text),
  derivedAttributes: optional(anything),
  /** Bits. */
  keySize: optional(count),
  keyUsageCount: optional(count),
  createTime: optional(text),
  attestTime: optional(text),
  /** Base64 SPKI DER; absent for a symmetric key. */
  publicKey: optional(base64),
  addressTruncated: optional(object({ address: text, format: text })),
  attributes: object({
    decrypt: reportedFlag,
    sign: reportedFlag,
    ekaSign: reportedFlag,
    unwrap: reportedFlag,
    derive: reportedFlag,
    sensitive: reportedFlag,
    alwaysSensitive: reportedFlag,
    extractable: reportedFlag,
    neverExtractable: reportedFlag,
    modifiable: reportedFlag,
    copyable: reportedFlag,
    destroyable: reportedFlag,
  }),
  /** `null`: not a key with a policy. */
  policy: nullable<ReportedPolicy>(reportedPolicyShape),
});

const signedKeyAttributesShape = object({
  /** What the attestation key signed. */
  xml: optional(text),
  json: named<TsbKeyAttributes>(keyAttributesShape),
  /** Base64; RSA SHA-256 over the UTF-8 bytes of `xml`. */
  xmlSignature: optional(base64),
  attestationKeyName: optional(text),
});

/** What a new key may do and what may be done to it. */
export interface TsbAttributes extends Infer<typeof attributesShape> {}
/** Body of a key creation (§2.3). */
export interface CreateKeyRequest extends Infer<typeof createKeyShape> {}
/** A key by its label, with its password if it has one: body of the attribute and delete calls. */
export interface KeyNameRequest extends Infer<typeof keyNameShape> {}
/** A key as the HSM describes it. */
export interface TsbKeyAttributes extends Infer<typeof keyAttributesShape> {}
/** {@link TsbKeyAttributes} with the attestation over them, which nothing here verifies. */
export interface SignedKeyAttributes extends Infer<typeof signedKeyAttributesShape> {}

/** {@link CreateKeyRequest} on the wire. */
export const createKeyDto = dto<CreateKeyRequest>('create key', createKeyShape);
/** {@link KeyNameRequest} on the wire. */
export const keyNameDto = dto<KeyNameRequest>('key name', keyNameShape);
/** {@link SignedKeyAttributes} on the wire. */
export const signedKeyAttributesDto = dto<SignedKeyAttributes>('key attributes', signedKeyAttributesShape);
/** Labels of all keys, on the wire. */
export const labelsDto = dto<readonly string[]>('key list', list(text));
