import { concatBytes, SignError } from '@securosys/core';

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
      await reader.cancel();
      throw new SignError('ERR_LIMIT', `answer of the TSB is over ${maxBytes} bytes`, { details: { status: response.status } });
    }
    parts.push(value);
  }
}
