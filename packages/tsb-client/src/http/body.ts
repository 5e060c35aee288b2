import { concatBytes, SignError } from '@securosys/core';

const ignore = () => undefined;

/**
 * Reads a body up to a limit and lets go of the rest.
 * @param maxBytes after content decoding, so that a compressed bomb counts at full size
 * @throws SignError `ERR_LIMIT`
 */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array(0);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(...parts);
    size += value.byteLength;
    if (size > maxBytes) {
      // Not awaited: a stream that never ends may never confirm either, and nothing depends on it.
      reader.cancel().then(ignore, ignore);
      throw new SignError('ERR_LIMIT', `answer of the TSB is over ${maxBytes} bytes`, { details: { status: response.status } });
    }
    parts.push(value);
  }
}
