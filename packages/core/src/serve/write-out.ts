import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from './error-code.js';

/** Writes to a stream and says whether it got there: whoever should read it may have gone, or the disk may be full. */
export const writeOut = (stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    stream.on('error', () => resolve(false));
    stream.write(text, (error) => resolve(!error));
  });

/** Whether an open file is a terminal, or a device such as that of nobody: for those Node's streams are. */
export function isCharacterDevice(file: number): boolean {
  try {
    return fstatSync(file).isCharacterDevice();
  } catch {
    return false;
  }
}

/**
 * Writes to an open file, such as 1 for stdout, without a stream: making one costs a short-lived process a good part of its time.
 * @returns what could not be written, because the file does not block and is full; `undefined` when nobody can read any of it any more
 */
export function writeNow(file: number, text: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  try {
    while (written < bytes.byteLength) written += writeSync(file, bytes, written);
    return new Uint8Array(0);
  } catch (error) {
    return codeOf(error) === 'EAGAIN' ? bytes.slice(written) : undefined;
  }
}

/** {@link writeOut} to stdout, without a stream where that works. */
export async function writeStdout(text: string): Promise<boolean> {
  const left = writeNow(1, text);
  if (left === undefined || left.byteLength === 0) return left !== undefined;
  return writeOut(process.stdout, left);
}
