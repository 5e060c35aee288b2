import assert from 'node:assert/strict';
import { canonicalJson, hexText, type JsonObject, type PendingStore } from '@securosys/core';
import type { PendingStoreFixture, StoreClaim } from './fixture.js';

/** How many come at once where only one may win. */
const crowd = 12;

/** A key that no other claim and no other run uses. */
export const freshKey = (): string => `conformance-${hexText(crypto.getRandomValues(new Uint8Array(12)))}`;

/** Fails unless this very record is there, whoever looks. */
export function expectRecord(what: string, found: JsonObject | undefined, wanted: JsonObject | undefined): void {
  const text = (record: JsonObject | undefined) => (record === undefined ? 'no record' : canonicalJson(record));
  assert.equal(text(found), text(wanted), what);
}

/** Lets many stores try at once. @returns the numbers of those that were told that they did it */
export async function winners(
  { open }: PendingStoreFixture,
  attempt: (store: PendingStore, n: number) => Promise<boolean>,
): Promise<number[]> {
  const stores = await Promise.all(Array.from({ length: crowd }, () => open()));
  const told = await Promise.all(stores.map(attempt));
  return [...told.keys()].filter((n) => told[n]);
}

/** A place for one record, which is empty before and after. */
export interface Case extends PendingStoreFixture {
  readonly key: string;
  readonly store: PendingStore;
  /** The record as another store sees it. */
  seen(): Promise<JsonObject | undefined>;
}

/** A claim about one record, under a key of its own. */
export const claim = (name: string, check: (one: Case) => Promise<void>): StoreClaim => ({
  name,
  async check({ open }) {
    const [store, other] = [await open(), await open()];
    const key = freshKey();
    try {
      await check({ open, key, store, seen: () => other.get(key) });
    } finally {
      await store.delete(key);
    }
  },
});
