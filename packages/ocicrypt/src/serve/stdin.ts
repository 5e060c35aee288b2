import { readSync } from 'node:fs';
import { SignError } from '@securosys/core';

const chunkBytes = 64 * 1024;
const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

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

/**
 * All of stdin up to a little over a limit, which whoever reads it enforces. Read without a stream where that works, because making one
 * costs a process of this kind a good part of its time.
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
      parts.push(chunk.slice(0, read));
      length += read;
    }
  } catch (error) {
    // Not blocking, and nothing there yet; or the end of a pipe, as Windows has it.
    if (code(error) === 'EAGAIN') return Buffer.concat([...parts, ...(await readStream(maxBytes))]);
    if (code(error) !== 'EOF') throw new SignError('ERR_MALFORMED', 'the request cannot be read from stdin', { cause: error });
  }
  return Buffer.concat(parts);
}
