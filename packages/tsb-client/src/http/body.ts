import { type Clock, concatBytes, SignError } from '@securosys/core';
import type { Deadline } from './deadline.js';

const ignore = () => undefined;
/** Milliseconds in which a body may be as slow as it likes. */
const graceMs = 5_000;
/** Slowest body after that, in bytes per second since its start. */
const minBytesPerSecond = 256;

/** Gives up a body. Not awaited: a stream that never ends may never confirm either, and nothing depends on it. */
export function letGo(body: { cancel(): Promise<void> } | Response): void {
  const stream = 'cancel' in body ? body : body.body;
  stream?.cancel().then(ignore, ignore);
}

/** A single part that nobody pools is already what `concatBytes` would copy it to (S39). */
function whole(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  return parts.length === 1 && only && only.byteLength === only.buffer.byteLength ? only : concatBytes(...parts);
}

function refuse(reader: ReadableStreamDefaultReader, { status }: Response, why: string): never {
  letGo(reader);
  throw new SignError('ERR_LIMIT', `answer of the TSB ${why}`, { details: { status } });
}

/**
 * Reads a body within limits of size and slowness, and lets go of the rest (S23), also when the call has ended.
 * @throws SignError `ERR_LIMIT` over `maxBytes`, or under 256 bytes a second
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  clock: Clock,
  deadline: Deadline,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array(0);
  const reader = response.body.getReader();
  const started = clock.now();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (deadline.ended) letGo(reader);
    deadline.throwIfEnded();
    if (done) return whole(parts);
    size += value.byteLength;
    if (size > maxBytes) refuse(reader, response, `is over ${maxBytes} bytes`);
    const elapsed = clock.now() - started;
    if (elapsed > graceMs && (size * 1000) / elapsed < minBytesPerSecond) refuse(reader, response, 'arrives too slowly');
    parts.push(value);
  }
}
