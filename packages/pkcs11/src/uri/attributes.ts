/** Kinds of objects that a URI can name (`pkcs11.md` §5.1). */
export type Pkcs11ObjectType = 'private' | 'public' | 'cert' | 'secret-key' | 'data';

/** What a PKCS#11 URI names, decoded (RFC 7512 §2.3). What is absent narrows nothing; what is there must match exactly. */
export interface Pkcs11UriParts {
  /** Label of the token, without the blanks that pad it. */
  readonly token?: string;
  readonly manufacturer?: string;
  readonly serial?: string;
  readonly model?: string;
  readonly libraryManufacturer?: string;
  readonly libraryDescription?: string;
  /** `major.minor`, both 0–255, always with the minor number. */
  readonly libraryVersion?: string;
  /** CK_SLOT_ID, below 2^64. */
  readonly slotId?: bigint;
  readonly slotManufacturer?: string;
  readonly slotDescription?: string;
  /** CKA_LABEL. */
  readonly object?: string;
  readonly type?: Pkcs11ObjectType;
  /** CKA_ID, any bytes. */
  readonly id?: Uint8Array;
  /** Name of the library, without its path. */
  readonly moduleName?: string;
  /** Where the URI says that the library is. Loading it runs native code, so nobody follows it unless told to. */
  readonly modulePath?: string;
}

/** The PIN of a URI: a secret, or where to find one. Functions, so that no inspection, JSON or log shows either. */
export interface Pkcs11UriPin {
  /** `pin-source`, as it stands in the URI, for example `file:/etc/token_pin`. */
  source(): string | undefined;
  /** `pin-value`. */
  value(): string | undefined;
  /** The PIN stood in the path, where RFC 7512 has none but vendors' examples do. */
  readonly inPath: boolean;
}

/** A PKCS#11 URI as it was read. */
export interface Pkcs11Uri extends Pkcs11UriParts {
  /** Absent where the URI says nothing about a PIN. */
  readonly pin?: Pkcs11UriPin;
  /** Names of the query attributes that mean nothing to us. */
  readonly ignored: readonly string[];
  /** The URI in its canonical form, without its PIN. */
  toString(): string;
  /** The same. */
  toJSON(): string;
}

/** Path attributes whose values are texts, by their names in the URI. */
export const textAttributes = {
  token: 'token',
  manufacturer: 'manufacturer',
  serial: 'serial',
  model: 'model',
  'library-manufacturer': 'libraryManufacturer',
  'library-description': 'libraryDescription',
  'slot-manufacturer': 'slotManufacturer',
  'slot-description': 'slotDescription',
  object: 'object',
} as const satisfies Readonly<Record<string, keyof Pkcs11UriParts>>;

/** Every value that `type` can have. */
export const objectTypes: readonly Pkcs11ObjectType[] = ['private', 'public', 'cert', 'secret-key', 'data'];
