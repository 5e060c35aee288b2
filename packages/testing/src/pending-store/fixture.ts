import type { PendingStore } from '@securosys/core';

/** What `describePendingStore` tests: one place where records are kept. */
export interface PendingStoreFixture {
  /**
   * A store over the records of this place. It is called many times; best each store has a connection or an instance of its own, because
   * the conditions of writes have to hold between processes.
   */
  open(): PendingStore | Promise<PendingStore>;
  /** Called last: closes connections, removes what was made. */
  dispose?(): Promise<void>;
}

/** One sentence about every good store, and the check of it. */
export interface StoreClaim {
  readonly name: string;
  check(fixture: PendingStoreFixture): Promise<void>;
}
