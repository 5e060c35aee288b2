import { tsbKeyAlgorithms } from './algorithms.js';
import { dto } from './dto.js';
import { type Policy, policyShape, type ReportedPolicy, reportedPolicyShape } from './policy.js';
import { type Infer, list, named, nullable, object, oneOf, oneOfOpen, optional } from './shape.js';
import { anything, base64, charArray, count, flag, name, positive, text } from './values.js';

export const addressFormats = ['BTC', 'ETH', 'XLM', 'XRP', 'IOTA'] as const;

const attributesShape = object({
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

export interface TsbAttributes extends Infer<typeof attributesShape> {}
export interface CreateKeyRequest extends Infer<typeof createKeyShape> {}
export interface KeyNameRequest extends Infer<typeof keyNameShape> {}
export interface TsbKeyAttributes extends Infer<typeof keyAttributesShape> {}
export interface SignedKeyAttributes extends Infer<typeof signedKeyAttributesShape> {}

export const createKeyDto = dto<CreateKeyRequest>('create key', createKeyShape);
export const keyNameDto = dto<KeyNameRequest>('key name', keyNameShape);
export const signedKeyAttributesDto = dto<SignedKeyAttributes>('key attributes', signedKeyAttributesShape);
export const labelsDto = dto<readonly string[]>('key list', list(text));
