/** What is counted of one token, for its metrics. */
export interface Counters {
  completed: number;
  failed: number;
  loginAttempts: number;
  reconnects: number;
  lastReconnectMs: number | undefined;
  lostLanes: number;
  readonly sessionReplacements: Record<string, number>;
}

export const newCounters = (): Counters => ({
  completed: 0,
  failed: 0,
  loginAttempts: 0,
  reconnects: 0,
  lastReconnectMs: undefined,
  lostLanes: 0,
  sessionReplacements: {},
});
