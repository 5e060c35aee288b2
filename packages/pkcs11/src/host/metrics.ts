/** Counters of one open token since it was opened, for monitoring. */
export interface TokenMetrics {
  /** Requests that wait for a lane now. */
  readonly queued: number;
  /** Requests in lanes now. */
  readonly running: number;
  readonly lanes: number;
  /** Lanes that were given up since the token was last whole. */
  readonly lostLanes: number;
  readonly completed: number;
  readonly failed: number;
  readonly loginAttempts: number;
  readonly reconnects: number;
  /** Milliseconds that the last reconnection took. */
  readonly lastReconnectMs?: number;
  /** Replaced sessions by the name of the return value that made it necessary. */
  readonly sessionReplacements: Readonly<Record<string, number>>;
  /** By CKM_… number: how many operations, and the mean time of one in the lane, in milliseconds. */
  readonly operations: Readonly<Record<number, { readonly count: number; readonly meanMs: number }>>;
}
