import { concatBytes } from '@securosys/core';
import { failure } from '../failure.js';

/** One call, as the rules of the port look at it: from a web-standard request or from `node:http`, which has no need to make one. */
export interface Incoming {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /**
   * The whole body, or a refusal as soon as it is over the limit.
   * @throws SignError with the TSB error 600, HTTP 413
   */
  body(maxBytes: number): Promise<Uint8Array>;
  /** The same as a web-standard request. Instead of `body`, not after it. */
  request(): Request;
}

/** Gathers parts up to a limit. A declared length over it is refused before anything is read. */
export async function gathered(parts: AsyncIterable<Uint8Array>, declared: string | null, maxBytes: number): Promise<Uint8Array> {
  const tooLong = () => failure(600, `the body is over ${maxBytes} bytes`, 413);
  if (Number(declared ?? 0) > maxBytes) throw tooLong();
  const taken: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLong();
    taken.push(part);
  }
  return concatBytes(...taken);
}

const nothing: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };

/** A web-standard request as a call. */
export function incomingOf(request: Request): Incoming {
  const { method, url, headers } = request;
  return {
    method,
    url,
    headers,
    body: (maxBytes) => gathered(request.body ?? nothing, headers.get('content-length'), maxBytes),
    request: () => request,
  };
}
