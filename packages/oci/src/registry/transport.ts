import { SignError } from '@securosys/core';
import type { Call } from '../internal/call.js';
import type { Settings } from '../options.js';
import { networkError } from './network-error.js';

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Value of `Authorization`, attached here and nowhere earlier (S39). */
  readonly authorization?: string | undefined;
}

/** One request and the head of its answer. Redirects are never followed here. */
export async function exchange(call: Call, settings: Settings, request: Exchange): Promise<Response> {
  call.check();
  const headers: Record<string, string> = { 'accept-encoding': 'identity', ...request.headers };
  if (request.authorization !== undefined) headers.authorization = request.authorization;
  let response: Response;
  try {
    response = await call.race(
      settings.fetch(request.url, {
        method: request.method,
        headers,
        redirect: 'manual',
        signal: call.signal,
        ...(request.body && { body: request.body as Uint8Array<ArrayBuffer> }),
      }),
    );
  } catch (error) {
    call.check();
    throw networkError(`no answer from ${request.url.host}`, error);
  }
  const coding = response.headers.get('content-encoding');
  if (coding !== null && coding !== 'identity') {
    await discard(response);
    // One coding hides what the caps count, and stacked ones cost without end (CVE-2026-22036); we asked for none.
    throw new SignError('ERR_PROTOCOL', `${request.url.host} sent an encoded body that nobody asked for`);
  }
  return response;
}

/** Lets go of a body that nobody will read, so that the connection is free. */
export async function discard(response: Response): Promise<void> {
  // A body that fails while being thrown away changes nothing for anyone.
  await response.body?.cancel().catch(() => undefined);
}

const graceMs = 5000;

/**
 * Reads a body with caps on bytes, time and slowness. Memory grows with what arrives, never with what is announced (GHSA-f36w-mj3v-6jqv).
 * @throws SignError `ERR_LIMIT` over `maxBytes` or below the slowest allowed rate, `ERR_TIMEOUT`, `ERR_NETWORK`
 */
export async function readBody(
  call: Call,
  settings: Settings,
  response: Response,
  maxBytes: number,
  what: string,
): Promise<Uint8Array> {
  const over = () => new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes`);
  const announced = response.headers.get('content-length');
  if (announced !== null && Number(announced) > maxBytes) {
    await discard(response);
    throw over();
  }
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const started = settings.clock.now();
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await call.race(reader.read());
      call.check();
      if (done) break;
      total += value.byteLength;
      if (total > maxBytes) throw over();
      const elapsed = settings.clock.now() - started;
      if (elapsed > graceMs && total / (elapsed / 1000) < settings.limits.minBytesPerSecond)
        throw new SignError('ERR_LIMIT', `${what} arrives too slowly`);
      parts.push(value);
    }
  } catch (error) {
    // The peer may never confirm the cancellation; nobody waits for it.
    void reader.cancel().catch(() => undefined);
    call.check();
    if (SignError.is(error)) throw error;
    throw networkError(`${what} broke off after ${total} bytes`, error);
  }
  const body = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}
