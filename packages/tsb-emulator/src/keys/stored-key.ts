import { storedRules } from '../policy/stored-rules.js';
import type { CollectionOptions } from '../store/collection.js';
import { bytes, characters, flag, keyObject, number, oneOf, optional, type StoredField, struct, text } from '../store/fields.js';
import type { KeyAttributeFlags, KeyFacts } from './key-facts.js';
import { KeyRecord } from './key-record.js';
import { keyTypes } from './key-specs.js';

const attributes: StoredField<KeyAttributeFlags> = struct({
  decrypt: flag,
  sign: flag,
  unwrap: flag,
  derive: flag,
  sensitive: flag,
  extractable: flag,
  modifiable: flag,
  copyable: flag,
  destroyable: flag,
  encrypt: optional(flag),
  verify: optional(flag),
  wrap: optional(flag),
});

const facts: StoredField<Omit<KeyFacts, 'master'>> = struct({
  label: text,
  id: optional(text),
  spec: oneOf(keyTypes),
  attributes,
  createdAt: number,
  privateKey: optional(keyObject),
  spki: optional(bytes),
  password: optional(characters),
  rules: optional(storedRules),
  blocked: optional(flag),
  imported: optional(flag),
  certificate: optional(bytes),
  useCount: optional(number),
  identity: optional(text),
  derivation: optional(struct({ type: text, value: text })),
  address: optional(struct({ format: text, value: text })),
});

/** Keys by label. */
export const storedKeys: CollectionOptions<KeyRecord> = {
  name: 'keys',
  limit: 10_000,
  idOf: (key) => key.label,
  encode: (key) => facts.encode(key.facts()),
  decode: (stored) => new KeyRecord(facts.decode(stored)),
};
