import { SignError } from '@securosys/core';
import { readEnvelope } from './line.js';
import { type AuditSource, type Line, linesOf } from './source.js';

/** Hands over each line until `take` has seen enough. */
export async function eachLine(
  source: AuditSource,
  take: (line: Line, file: string) => boolean,
  mayBeGone: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const file of source())
      for await (const lines of linesOf(file.read())) {
        signal?.throwIfAborted();
        for (const line of lines) if (take(line, file.name)) return;
      }
  } catch (error) {
    // A log that an anchor covers and that is not there any more is cut short.
    if (!mayBeGone || !SignError.is(error, 'ERR_NOT_FOUND')) throw error;
  }
}

/** The hash of one record, as it stands in a log; `undefined`: the log does not have it. Nothing is verified. */
export async function hashOf(source: AuditSource, seq: number, signal: AbortSignal | undefined): Promise<string | undefined> {
  let hash: string | undefined;
  const take = ({ bytes }: Line) => {
    const envelope = readEnvelope(bytes);
    if (envelope?.seq === seq) hash = envelope.hash;
    return hash !== undefined;
  };
  await eachLine(source, take, false, signal);
  return hash;
}
