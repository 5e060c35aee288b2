import type { KeyObject } from 'node:crypto';
import type { CollectionOptions } from '../store/collection.js';
import { bytes, flag, keyObject, optional, struct, text } from '../store/fields.js';

/** An approver whose key the emulator made (`tsb-rest-api.md` §5.7). */
export interface ApproverRecord {
  readonly name: string;
  /** What the backup key of a TSB holds under lock, here in clear like every key of the emulator. */
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
  /** PKCS#12 under the backup password. */
  readonly file: Uint8Array;
  /** Works once; absent when it was used. */
  readonly oneTimeCode: string | undefined;
  readonly onboarded: boolean;
}

const record = struct<ApproverRecord>({
  name: text,
  privateKey: keyObject,
  certificate: bytes,
  file: bytes,
  oneTimeCode: optional(text),
  onboarded: flag,
});

/** Approvers by name. */
export const storedApprovers: CollectionOptions<ApproverRecord> = {
  name: 'approvers',
  limit: 10_000,
  idOf: ({ name }) => name,
  encode: (value) => record.encode(value),
  decode: (stored) => record.decode(stored),
};
