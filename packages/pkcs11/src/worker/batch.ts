import type { Answer, Request } from './wire.js';

/** What messages are posted to: a `Worker`, or the port to the parent. */
export interface Poster {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
}

/** A message of requests, or of answers. Made and read by the functions of this file. */
export interface Batch<T> {
  readonly kind: 'batch';
  readonly items: readonly T[];
}

/** Sends up to `maxBatch` requests in one message. The bytes in them are copied: they stay the caller's. */
export function sendRequests(worker: Poster, requests: readonly Request[]): void {
  worker.postMessage({ kind: 'batch', items: requests } satisfies Batch<Request>);
}

export function readRequests(message: Batch<Request>): readonly Request[] {
  return message.items;
}

/** Sends answers in one message. */
export function sendAnswers(port: Poster, answers: readonly Answer[]): void {
  port.postMessage({ kind: 'batch', items: answers } satisfies Batch<Answer>);
}

/** Bytes in the answers have memory of their own. */
export function readAnswers(message: Batch<Answer>): readonly Answer[] {
  return message.items;
}
