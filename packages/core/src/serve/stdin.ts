import { readSync } from 'node:fs';
import { SignError } from '@securosys/core';
import { codeOf } from './error-code.js';

const chunkBytes = 64 * 1024;

async function readStream(maxBytes: number): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.byteLength;
    if (length > maxBytes) break;
  }
  return parts;
}

/** In memory of its own, in which no other buffer of the process has a part: it may hold secrets, which whoever reads it wipes. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/**
 * All of stdin up to a little over `maxBytes`, which whoever uses it enforces. Read without a stream where that works, because making one
 * costs a short-lived process a good part of its time.
 * @throws SignError `ERR_MALFORMED` when stdin is nothing that can be read
 */
export async function readStdin(maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const chunk = new Uint8Array(chunkBytes);
  let length = 0;
  try {
    while (length <= maxBytes) {
      const read = readSync(0, chunk);
      if (read === 0) break;
      // A copy: whoever writes byte by byte must not make us hold a whole chunk for each.
      parts.push(chunk.slice(0, read));
      length += read;
    }
  } catch (error) {
    // Not blocking, and nothing there yet; or the end of a pipe, as Windows has it.
    if (codeOf(error) === 'EAGAIN') return joined([...parts, ...(await readStream(maxBytes))]);
    if (codeOf(error) !== 'EOF') throw new SignError('ERR_MALFORMED', 'the request cannot be read from stdin', { cause: error });
  }
  return joined(parts);
}
