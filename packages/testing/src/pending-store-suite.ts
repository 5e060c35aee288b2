import { conditionClaims } from './pending-store/condition-claims.js';
import type { PendingStoreFixture, StoreClaim } from './pending-store/fixture.js';
import { recordClaims } from './pending-store/record-claims.js';

export type { PendingStoreFixture } from './pending-store/fixture.js';

/** What is needed of a test runner; vitest, `node:test`, mocha and jest have it. */
export interface PendingStoreSuite {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** The last: whatever the others found, the fixture is put away. */
const closing: StoreClaim = {
  name: 'it is put away',
  check: async ({ dispose }) => dispose?.(),
};

/**
 * The conformance suite for implementations of `PendingStore`: registers one test for each promise that keeps two runs from making two
 * requests, and none from being lost. The fixture is opened at the first test and closed by the last, and the tests expect to run one after
 * the other. They write some hundred records, each under a key of its own, and delete them; other records may be there.
 *
 * @param factory says how stores over the same records are opened; called once
 * @example
 * ```ts
 * import { createMemoryStore } from '@securosys/core';
 * import { describePendingStore } from '@securosys/testing';
 * import { describe, it } from 'node:test';
 *
 * const store = createMemoryStore();
 * describePendingStore('memory', async () => ({ open: () => store }), { describe, it });
 * ```
 */
export function describePendingStore(name: string, factory: () => Promise<PendingStoreFixture>, suite: PendingStoreSuite): void {
  const { describe, it } = suite;
  let opened: Promise<PendingStoreFixture> | undefined;
  const open = () => {
    opened ??= factory();
    return opened;
  };
  describe(`pending store: ${name}`, () => {
    for (const { name: claim, check } of [...recordClaims, ...conditionClaims, closing])
      it(claim, async () => check(await open()));
  });
}
