import { equalBytes, type FinishOptions, hashBytes, knownOptions, ownBytes, SignError } from '@securosys/core';
import { maxTimestampTokenBytes, parseTimestampToken } from '@securosys/pki';
import { timestampResponse } from './timestamp-response.js';

/** Of the message imprint (`cosign.md` §13), whatever the hash of the signature. */
const imprintHash = 'sha256';

function checkToken(token: unknown, about: Uint8Array): asserts token is Uint8Array {
  if (!(token instanceof Uint8Array) || token.byteLength === 0 || token.byteLength > maxTimestampTokenBytes)
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave no token, or one over 1 MiB');
  let found: ReturnType<typeof parseTimestampToken>;
  try {
    // Whether BER will do is for whoever made the timestamper, and for the verifier.
    found = parseTimestampToken(token, { allowBer: true });
  } catch (cause) {
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave something else than a token', { cause });
  }
  if (found.hash !== imprintHash || !equalBytes(found.imprint, hashBytes(imprintHash, about)))
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave a token about something else');
}

/**
 * Asks for a timestamp about these bytes, unless there is one already or nobody to ask.
 * @returns TimeStampResp, DER
 * @throws SignError those of the timestamper; `ERR_PROTOCOL` for a token that is none, or about something else
 */
export async function timestampOf(
  about: Uint8Array,
  known: Uint8Array | undefined,
  { timestamper, signal }: FinishOptions,
): Promise<Uint8Array | undefined> {
  if (known || !timestamper) return known;
  // A copy, so that whoever is asked cannot change what the answer is held against.
  const token = await timestamper.timestamp(ownBytes(about), imprintHash, { ...(signal && { signal }) });
  checkToken(token, about);
  return timestampResponse(token);
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkFinish(options: FinishOptions): void {
  knownOptions('finish', options, ['clock', 'timestamper', 'signal']);
}
