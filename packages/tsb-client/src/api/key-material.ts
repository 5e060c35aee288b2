import { tsbKeyAlgorithms } from './algorithms.js';
import { dto } from './dto.js';
import { addressFormats, attributesShape, type TsbAttributes } from './keys.js';
import { type Policy, policyShape } from './policy.js';
import { type Infer, named, nullable, object, oneOf, oneOfOpen, optional } from './shape.js';
import { base64, base64NotEmpty, charArray, flag, name } from './values.js';

const addressFormat = optional(object({ format: oneOf(addressFormats) }));

const importKeyShape = object({
  label: name,
  algorithm: oneOfOpen(tsbKeyAlgorithms),
  /** Base64 PKCS#8 DER. */
  privateKey: optional(base64NotEmpty),
  /** Base64 SPKI DER; excludes `certificate`. */
  publicKey: optional(base64NotEmpty),
  /** Base64 of the raw key; excludes the other three. */
  secretKey: optional(base64NotEmpty),
  /** Base64 DER. */
  certificate: optional(base64NotEmpty),
  addressFormat,
  /** Not for a public key or certificate alone. */
  attributes: optional<TsbAttributes>(attributesShape),
  policy: optional<Policy>(policyShape),
});

const importSeedShape = object({
  label: name,
  /** Base64 of 16 to 64 bytes. */
  seed: base64NotEmpty,
  curveOid: name,
  /** Newer servers. */
  algorithm: optional(oneOfOpen(tsbKeyAlgorithms)),
  attributes: named<TsbAttributes>(attributesShape),
  addressFormat,
  policy: optional<Policy>(policyShape),
});

const derivedAttributesShape = object({
  decrypt: optional(flag),
  sign: optional(flag),
  unwrap: optional(flag),
  derive: optional(flag),
  extractable: optional(flag),
  modifiable: optional(flag),
  destroyable: optional(flag),
  sensitive: optional(flag),
  slip10: optional(flag),
});

const deriveKeyShape = object({
  masterKeyLabel: name,
  masterKeyPassword: optional(charArray),
  /** Without a leading slash: `44'/0'/0'`. */
  derivationPath: name,
  /** Absent: those of the master. */
  attributes: optional<DerivedAttributes>(derivedAttributesShape),
});

const changePasswordShape = object({ label: name, password: optional(charArray), newPassword: optional(charArray) });

const exportedKeyShape = object({
  /** Base64 PKCS#8 DER. */
  privateKey: nullable(base64),
  /** Base64 SPKI DER. */
  publicKey: nullable(base64),
  /** Base64 of the raw key. */
  secretKey: nullable(base64),
});
const addressShape = object({
  /** Base64 of the raw address, without prefix and check sum. */
  address: base64,
});

/** A key made outside, to be taken in (§2.3). */
export interface ImportKey extends Infer<typeof importKeyShape> {}
/** A seed to make a key of, by SLIP-0010 or BIP32 (§2.3). */
export interface ImportSeed extends Infer<typeof importSeedShape> {}
/** What a derived key may do and what may be done to it. */
export interface DerivedAttributes extends Infer<typeof derivedAttributesShape> {}
/** A key to be derived and kept (§2.3). */
export interface DeriveKey extends Infer<typeof deriveKeyShape> {}
/** A new password for a key (§2.3). */
export interface ChangePassword extends Infer<typeof changePasswordShape> {}
/** A key in clear, as only an extractable one without a policy can be given out. */
export interface ExportedKey extends Infer<typeof exportedKeyShape> {}
/** The address that a key stands for. */
export interface KeyAddress extends Infer<typeof addressShape> {}

/** {@link ImportKey} on the wire. */
export const importKeyDto = dto<ImportKey>('import key', importKeyShape);
/** {@link ImportSeed} on the wire. */
export const importSeedDto = dto<ImportSeed>('import seed', importSeedShape);
/** {@link DeriveKey} on the wire. */
export const deriveKeyDto = dto<DeriveKey>('derive key', deriveKeyShape);
/** {@link ChangePassword} on the wire. */
export const changePasswordDto = dto<ChangePassword>('change password', changePasswordShape);
/** {@link ExportedKey} on the wire. */
export const exportedKeyDto = dto<ExportedKey>('exported key', exportedKeyShape);
/** {@link KeyAddress} on the wire. */
export const addressDto = dto<KeyAddress>('address', addressShape);
