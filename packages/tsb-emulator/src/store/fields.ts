import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { base64Bytes, base64Text, isJsonObject, type JsonObject, type JsonValue, SignError } from '@securosys/core';

/** How one value stands in a stored record: both ways, from one definition. */
export interface StoredField<T> {
  encode(value: T): JsonValue | undefined;
  /** @throws SignError `ERR_MALFORMED` for what `encode` never wrote */
  decode(stored: JsonValue | undefined): T;
}

function wrong(wanted: string): never {
  throw new SignError('ERR_MALFORMED', `a stored record is damaged: ${wanted} was expected`);
}

export const text: StoredField<string> = {
  encode: (value) => value,
  decode: (stored) => (typeof stored === 'string' ? stored : wrong('text')),
};

/** Any UTF-16 units, in the form of the wire's passwords: JSON has no other for text that is not well-formed. */
export const characters: StoredField<string> = {
  encode: (value) => value.split(''),
  decode: (stored) => list(text).decode(stored).join(''),
};

export const number: StoredField<number> = {
  encode: (value) => value,
  decode: (stored) => (typeof stored === 'number' ? stored : wrong('a number')),
};

export const flag: StoredField<boolean> = {
  encode: (value) => value,
  decode: (stored) => (typeof stored === 'boolean' ? stored : wrong('true or false')),
};

/** A document of flags, whose names are the contract's. */
export function flags<T extends { readonly [N in keyof T]: boolean | undefined }>(): StoredField<T> {
  return {
    encode: (value) => ({ ...(value as JsonObject) }),
    decode(stored) {
      if (!isJsonObject(stored)) return wrong('flags');
      return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, flag.decode(value)])) as T;
    },
  };
}

/** For kinds of records that need nothing. */
export const nothing: StoredField<null> = { encode: () => null, decode: () => null };

/** Base64 in the record. */
export const bytes: StoredField<Uint8Array> = {
  encode: (value) => base64Text(value),
  decode: (stored) => base64Bytes(text.decode(stored)),
};

/** Any document of the wire, as it is. */
export const json: StoredField<JsonValue> = { encode: (value) => value, decode: (stored) => stored ?? null };

/** A private key as PKCS#8, or a secret one as its bytes: in clear, because the keys of an emulator protect nothing. */
export const keyObject: StoredField<KeyObject> = {
  encode(key): JsonObject {
    if (key.type === 'secret') return { secret: base64Text(key.export()) };
    return { pkcs8: base64Text(key.export({ format: 'der', type: 'pkcs8' })) };
  },
  decode(stored) {
    if (!isJsonObject(stored)) return wrong('a key');
    if (stored.secret !== undefined) return createSecretKey(bytes.decode(stored.secret));
    return createPrivateKey({ key: Buffer.from(bytes.decode(stored.pkcs8)), format: 'der', type: 'pkcs8' });
  },
};

export function oneOf<const N extends string>(names: readonly N[]): StoredField<N> {
  return { encode: (value) => value, decode: (stored) => names.find((name) => name === stored) ?? wrong(names.join(' or ')) };
}

export function nullable<T>(inner: StoredField<T>): StoredField<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (stored) => (stored === null || stored === undefined ? null : inner.decode(stored)),
  };
}

export function optional<T>(inner: StoredField<T>): StoredField<T | undefined> {
  return {
    encode: (value) => (value === undefined ? undefined : inner.encode(value)),
    decode: (stored) => (stored === undefined ? undefined : inner.decode(stored)),
  };
}

export function list<T>(inner: StoredField<T>): StoredField<readonly T[]> {
  return {
    encode: (values) => values.map((value) => inner.encode(value) ?? null),
    decode: (stored) => (Array.isArray(stored) ? stored.map((value) => inner.decode(value)) : wrong('a list')),
  };
}

/** A document of named members. */
export function struct<T extends object>(shape: { readonly [K in keyof T]: StoredField<T[K]> }): StoredField<T> {
  const members = Object.entries(shape) as [string, StoredField<unknown>][];
  return {
    encode(value) {
      const record: JsonObject = {};
      for (const [name, member] of members) {
        const encoded = member.encode((value as Record<string, unknown>)[name]);
        if (encoded !== undefined) record[name] = encoded;
      }
      return record;
    },
    decode(stored) {
      if (!isJsonObject(stored)) return wrong('a document');
      return Object.fromEntries(members.map(([name, member]) => [name, member.decode(stored[name])])) as never;
    },
  };
}
