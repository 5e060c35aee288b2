import type { Collection, CollectionOptions } from '../store/collection.js';
import { bytes, flag, struct, text } from '../store/fields.js';

/** Bytes that the partition keeps under a name (`tsb-rest-api.md` §2.8). */
export interface DataObjectRecord {
  readonly name: string;
  readonly value: Uint8Array;
  readonly attributes: { readonly private: boolean; readonly modifiable: boolean; readonly destroyable: boolean };
}
export type DataObjects = Collection<DataObjectRecord>;

const record = struct<DataObjectRecord>({
  name: text,
  value: bytes,
  attributes: struct({ private: flag, modifiable: flag, destroyable: flag }),
});

/** Data objects by name. */
export const storedDataObjects: CollectionOptions<DataObjectRecord> = {
  name: 'data objects',
  limit: 10_000,
  idOf: ({ name }) => name,
  encode: (value) => record.encode(value),
  decode: (stored) => record.decode(stored),
};
