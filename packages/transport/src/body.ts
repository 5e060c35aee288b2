import { invalidArgument, SignError } from '@securosys/core';
import type { Call } from './call.js';
import { networkError } from './network-error.js';

/** Caps on one body (threat model S23). */
export interface BodyLimits {
  /** Most bytes. */
  readonly maxBytes: number;
  /** Slowest rate in bytes per second, measured over the time spent waiting, after the first five seconds; default 256. */
  readonly minBytesPerSecond?: number | undefined;
  /** What is read, for errors: `the manifest`. */
  readonly what: string;
}

/** Lets go of a body that nobody will read, so that the connection is free. */
export async function discard(response: Response): Promise<void> {
  // A body that fails while being thrown away changes nothing for anyone; one that never confirms it must hold nobody.
  void response.body?.cancel().catch(() => undefined);
}

const graceMs = 5000;

/**
 * The pieces of a body as they come, with caps on bytes, time and slowness; what the reader does in between does not count as slow.
 * A consumer that stops early lets go of the connection.
 * @throws SignError `ERR_LIMIT` over `maxBytes` or below the slowest allowed rate, `ERR_TIMEOUT`, `ERR_NETWORK`, `ERR_INVALID_ARGUMENT`
 */
export async function* bodyChunks(call: Call, response: Response, limits: BodyLimits): AsyncGenerator<Uint8Array, void> {
  const { maxBytes, minBytesPerSecond = 256, what } = limits;
  // Nothing is over NaN, so it would be no limit.
  if (!(maxBytes >= 0)) invalidArgument('maxBytes is a number of bytes, at least 0');
  const over = () => new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes`);
  const announced = response.headers.get('content-length');
  if (announced !== null && Number(announced) > maxBytes) {
    await discard(response);
    throw over();
  }
  const reader = response.body?.getReader();
  if (!reader) return;
  let total = 0;
  let waited = 0;
  let whole = false;
  try {
    for (;;) {
      const started = call.clock.now();
      const { done, value } = await call.race(reader.read());
      call.check();
      if (done) {
        whole = true;
        return;
      }
      total += value.byteLength;
      if (total > maxBytes) throw over();
      waited += call.clock.now() - started;
      if (waited > graceMs && total / (waited / 1000) < minBytesPerSecond)
        throw new SignError('ERR_LIMIT', `${what} arrives too slowly`);
      yield value;
    }
  } catch (error) {
    call.check();
    if (SignError.is(error)) throw error;
    throw networkError(`${what} broke off after ${total} bytes`, error);
  } finally {
    // The peer may never confirm the cancellation; nobody waits for it.
    if (!whole) void reader.cancel().catch(() => undefined);
  }
}

/**
 * Reads a whole body into memory of its own. Memory grows with what arrives, never with what is announced (GHSA-f36w-mj3v-6jqv).
 * @throws SignError `ERR_LIMIT` over `maxBytes` or below the slowest allowed rate, `ERR_TIMEOUT`, `ERR_NETWORK`
 */
export async function readBody(call: Call, response: Response, limits: BodyLimits): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of bodyChunks(call, response, limits)) {
    parts.push(part);
    total += part.byteLength;
  }
  const body = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}
