import { readSync } from 'node:fs';
import { SignError } from '@securosys/core';

/** A little over what a request may have: the reader of requests says so, not this. */
const mostBytes = 16 * 1024 * 1024;
const chunkBytes = 64 * 1024;

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

async function readStream(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.byteLength;
    if (length > mostBytes) break;
  }
  return Buffer.concat(parts);
}

/**
 * All of stdin. Read without a stream where that works, because making one costs a process of this kind a good part of its time; a
 * terminal holds no request.
 * @throws SignError `ERR_MALFORMED` when stdin is nothing that can be read
 */
export async function readStdin(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const chunk = new Uint8Array(chunkBytes);
  let length = 0;
  try {
    while (length <= mostBytes) {
      const read = readSync(0, chunk);
      if (read === 0) break;
      // A copy: whoever writes byte by byte must not make us hold a whole chunk for each.
      parts.push(chunk.slice(0, read));
      length += read;
    }
  } catch (error) {
    // Not blocking, and nothing there yet; or the end of a pipe, as Windows has it.
    if (code(error) === 'EAGAIN') return Buffer.concat([...parts, await readStream()]);
    if (code(error) !== 'EOF') throw new SignError('ERR_MALFORMED', 'the request cannot be read from stdin', { cause: error });
  }
  return Buffer.concat(parts);
}
