import { ownBytes } from '@securosys/core';
import { type PackedAnswers, packAnswers, unpackAnswers } from './pack-answers.js';
import { type PackedRequests, packRequests, unpackRequests } from './pack-requests.js';
import type { Answer, Request } from './wire.js';

/** What messages are posted to: a `Worker`, or the port to the parent. */
export interface Poster {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
}

/** A message of requests, or of answers: few as they are, many packed. Made and read by the functions of this file. */
export interface Batch<T> {
  readonly kind: 'batch';
  readonly items?: readonly T[];
  readonly packed?: T extends Request ? PackedRequests : PackedAnswers;
  /** With answers: what the commands took, all together, in milliseconds as the worker saw it. */
  readonly ms?: number;
  /** With requests: how long an answer may wait for others, in milliseconds. */
  readonly patienceMs?: number;
}

/** Fewer are sent as they are: handing a buffer over costs as much as cloning three of them. */
const worthPacking = 4;

/**
 * Sends up to `maxBatch` requests in one message. The bytes in them are copied: they stay the caller's.
 * @param patienceMs how long an answer may wait for others; the worker sends what it has at once when it has nothing left to do
 */
export function sendRequests(worker: Poster, requests: readonly Request[], patienceMs = 0): void {
  if (requests.length < worthPacking) {
    worker.postMessage({ kind: 'batch', items: requests, patienceMs } satisfies Batch<Request>);
    return;
  }
  const packed = packRequests(requests);
  worker.postMessage({ kind: 'batch', packed, patienceMs } satisfies Batch<Request>, [packed.bytes.buffer]);
}

export function readRequests({ items, packed }: Batch<Request>): readonly Request[] {
  return packed ? unpackRequests(packed) : (items ?? []);
}

/** Sends answers in one message, with the milliseconds that the commands took. */
export function sendAnswers(port: Poster, answers: readonly Answer[], ms: number): void {
  if (answers.length < worthPacking) {
    port.postMessage({ kind: 'batch', items: answers.map(withOwnBytes), ms } satisfies Batch<Answer>);
    return;
  }
  const packed = packAnswers(answers);
  port.postMessage({ kind: 'batch', packed, ms } satisfies Batch<Answer>, [packed.bytes.buffer]);
}

/** A view is cloned with all the memory that it is a part of. */
function withOwnBytes(answer: Answer): Answer {
  return 'value' in answer && answer.value instanceof Uint8Array ? { ...answer, value: ownBytes(answer.value) } : answer;
}

/** Bytes in the answers have memory of their own. */
export function readAnswers({ items, packed }: Batch<Answer>): readonly Answer[] {
  return packed ? unpackAnswers(packed) : (items ?? []);
}
