import type { KeyObject } from 'node:crypto';
import type { Collection, CollectionOptions } from './collection.js';
import { bytes, keyObject, optional, struct, text } from './fields.js';

interface Item {
  readonly name: string;
  readonly key: KeyObject | undefined;
  readonly bytes: Uint8Array | undefined;
}

const item = struct<Item>({ name: text, key: optional(keyObject), bytes: optional(bytes) });

/** What the HSM and the broker made for themselves, by name. */
export const storedMaterial: CollectionOptions<Item> = {
  name: 'material',
  limit: 1000,
  idOf: ({ name }) => name,
  encode: (value) => item.encode(value),
  decode: (stored) => item.decode(stored),
};

/** Keys and certificates of a partition that are made once: a data folder gives them back after a restart. */
export class Material {
  readonly #items: Collection<Item>;

  constructor(items: Collection<Item>) {
    this.#items = items;
  }

  /** The key of that name, made when first asked for. */
  key(name: string, make: () => KeyObject): KeyObject {
    const known = this.#items.get(name)?.key;
    if (known) return known;
    const key = make();
    this.#items.put({ name, key, bytes: undefined });
    return key;
  }

  /** What was kept under that name. */
  read(name: string): Uint8Array | undefined {
    return this.#items.get(name)?.bytes;
  }

  keep(name: string, value: Uint8Array): void {
    this.#items.put({ name, key: undefined, bytes: value });
  }
}
