import type { Fetch } from '@securosys/core';

/** What one run of the application is told. */
export interface Orders {
  readonly url: string;
  readonly token: string;
  /** Of its store. */
  readonly folder: string;
  readonly message: string;
  /** How far its clock is ahead: a later run is a minute later. */
  readonly aheadMs: number;
  /** How long it waits for its result; 0: it only submits. */
  readonly waitMs: number;
}

/** Where it runs. */
export interface Surroundings {
  readonly fetch: Fetch;
  /** Told of each step when it is done. */
  step(name: string): void;
  /** Takes the signature, base64. */
  keep(signature: string): void;
}

/** A signing application from its start to its end: nothing of it is left but its store. The code of its error, if there was one. */
export function application(orders: Orders, surroundings: Surroundings): Promise<string | undefined>;
