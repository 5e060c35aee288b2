import type { Fetch } from '@securosys/core';

/** What one run of the application is told. */
export interface RequestOrders {
  readonly url: string;
  readonly token: string;
  /** Certificates of the key, DER in base64, leaf first. */
  readonly chain: readonly string[];
  /** Of its store. */
  readonly folder: string;
  /** Folder of the layout. */
  readonly layout: string;
  /** Images of it. */
  readonly images: readonly string[];
  /** `submit` asks; `complete` waits and publishes; `clear` takes up what is over. */
  readonly phase: 'submit' | 'complete' | 'clear';
  readonly publish: 'each' | 'all';
  /** Of the request that is over, to clear it away. */
  readonly id?: string;
  /** How far its clock is ahead: a later run is some minutes later. */
  readonly aheadMs: number;
}

/** Where it runs. */
export interface RequestSurroundings {
  readonly fetch: Fetch;
  /** Told of each step when it is done. */
  step(name: string): void;
}

/** A release pipeline from its start to its end: nothing of it is left but its store and the layout. The code of its error, if there was one. */
export function requestApplication(orders: RequestOrders, surroundings: RequestSurroundings): Promise<string | undefined>;
