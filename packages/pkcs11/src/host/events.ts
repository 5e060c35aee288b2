import type { SignError } from '@securosys/core';

/** What a token tells about itself. Nothing here holds a PIN, data to be signed, or key material. */
export interface TokenEvents {
  /** The connection to the token is lost; calls wait for it until their own deadline. */
  reconnecting: { readonly level: 2 | 3; readonly reason: SignError };
  /** It is back: logged in, with a new epoch. `ms` since it was lost. */
  reconnected: { readonly level: 2 | 3; readonly attempts: number; readonly ms: number; readonly epoch: number };
  /** It did not come back within `reconnectTimeoutMs`, or too many lanes were lost; the next call tries again. */
  unhealthy: { readonly reason: SignError };
  /** A worker did not answer in time, or died; another takes its place. */
  laneLost: { readonly lost: number; readonly reason: SignError };
  /** A lane's session was closed and opened again after a failure. */
  sessionReplaced: { readonly upstreamName: string; readonly upstreamCode: number };
  /** Not an error, but for the operator to know. */
  warning: { readonly message: string };
}

/** Ends the subscription. */
export type Unsubscribe = () => void;

/** Subscribes to one kind of event. A listener that throws harms nobody. */
export type Subscribe = <K extends keyof TokenEvents>(event: K, listener: (value: TokenEvents[K]) => void) => Unsubscribe;
