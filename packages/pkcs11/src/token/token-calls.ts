import type { CallOptions } from '@securosys/core';
import type { Mechanism } from './mechanism.js';
import type { Template } from './template.js';

/**
 * An object handle as the module gave it: `sizeof(CK_ULONG)` raw bytes, good for one login epoch only. Compared by its bytes and never read
 * as a number (`pkcs11.md` §1.3).
 */
export interface ObjectHandle {
  readonly bytes: Uint8Array;
  /** Login epoch in which the handle was found. */
  readonly epoch: number;
}

/** CK_INFO, texts without their padding. */
export interface LibraryInfo {
  readonly manufacturer: string;
  readonly description: string;
  /** `major.minor` of the library. */
  readonly version: string;
  /** `major.minor` of the standard that it says it implements. */
  readonly cryptokiVersion: string;
}

/** CK_TOKEN_INFO and CK_SLOT_INFO, texts without their padding. Counters that the module does not tell are `undefined`. */
export interface TokenInfo {
  /** The slot's id as the module gave it, raw bytes. */
  readonly slotId: Uint8Array;
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  /** CKF_… of the token. */
  readonly flags: number;
  /** `major.minor`. */
  readonly firmwareVersion: string;
  /** `major.minor`. */
  readonly hardwareVersion: string;
  readonly slotDescription: string;
  readonly slotManufacturer: string;
  readonly maxSessionCount?: number;
}

/** CK_MECHANISM_INFO. */
export interface MechanismInfo {
  /** In bits or bytes, as the standard has it for the mechanism: bits for RSA and elliptic curves, bytes for AES. */
  readonly minKeySize: number;
  readonly maxKeySize: number;
  /** CKF_SIGN 0x800, CKF_DECRYPT 0x200, CKF_GENERATE_KEY_PAIR 0x10000, CKF_WRAP 0x20000, CKF_UNWRAP 0x40000, CKF_DERIVE 0x80000. */
  readonly flags: number;
}

/** Attribute values by CKA_…; what the module does not have, or does not show, is absent. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** An object and what was read of it. */
export interface FoundObject {
  readonly handle: ObjectHandle;
  readonly attributes: Attributes;
}

/** How one use of a private key is made. */
export interface UseOptions extends CallOptions {
  /**
   * Asked between `C_…Init` and the operation, for keys with CKA_ALWAYS_AUTHENTICATE: such uses are serialised on one lane. The PIN is
   * asked for before the native call.
   */
  readonly contextPin?: () => Promise<string>;
}

/**
 * What the rest of this package may ask of a token that is open and logged in, each a whole PKCS#11 operation that is run in a worker:
 * initialisation, call and end, so that no operation is ever left active on a session. Arguments are checked before this. A failure
 * is a `SignError` made from the return value (`pkcs11.md` §6.4) after the recovery that it allows. Results have memory of their own.
 */
export interface TokenCalls {
  readonly token: TokenInfo;
  /** Current login epoch: handles of earlier ones are dropped. */
  readonly epoch: number;
  /**
   * How often the object of a handle was looked up again by its class, type, id and label, because the handle was gone, of an earlier login
   * or of another slot. Another object may have these names by then: whoever knows more of the object compares it.
   */
  foundAgain(handle: ObjectHandle): number;
  mechanisms(options?: CallOptions): Promise<ReadonlyMap<number, MechanismInfo>>;
  /** All objects that match, with some of their attributes read. At most `max` (default 10,000), then `ERR_LIMIT`. */
  find(template: Template, read: readonly number[], options?: CallOptions & { max?: number }): Promise<FoundObject[]>;
  /** @param bytes room for the longest signature */
  sign(key: ObjectHandle, mechanism: Mechanism, data: Uint8Array, bytes: number, options?: UseOptions): Promise<Uint8Array>;
  /** With a symmetric key. @param bytes room for the longest ciphertext */
  encrypt(key: ObjectHandle, mechanism: Mechanism, data: Uint8Array, bytes: number, options?: UseOptions): Promise<Uint8Array>;
  /** @param bytes room for the longest plaintext */
  decrypt(key: ObjectHandle, mechanism: Mechanism, data: Uint8Array, bytes: number, options?: UseOptions): Promise<Uint8Array>;
  /** Derives a secret as a session object, reads CKA_VALUE and destroys it. */
  deriveSecret(key: ObjectHandle, mechanism: Mechanism, template: Template, options?: UseOptions): Promise<Uint8Array>;
  generateKeyPair(
    mechanism: Mechanism,
    publicTemplate: Template,
    privateTemplate: Template,
    options?: CallOptions,
  ): Promise<{ readonly publicKey: ObjectHandle; readonly privateKey: ObjectHandle }>;
  generateKey(mechanism: Mechanism, template: Template, options?: CallOptions): Promise<ObjectHandle>;
  createObject(template: Template, options?: CallOptions): Promise<ObjectHandle>;
  destroyObject(object: ObjectHandle, options?: CallOptions): Promise<void>;
  wrapKey(
    wrapping: ObjectHandle,
    mechanism: Mechanism,
    key: ObjectHandle,
    bytes: number,
    options?: CallOptions,
  ): Promise<Uint8Array>;
  unwrapKey(
    unwrapping: ObjectHandle,
    mechanism: Mechanism,
    wrapped: Uint8Array,
    template: Template,
    options?: CallOptions,
  ): Promise<ObjectHandle>;
}
