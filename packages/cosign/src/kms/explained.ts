import { classifySigningBytes, SignError, type SigningDomain, sanitizeText } from '@securosys/core';
import { inTotoPayloadType } from '../constants.js';
import { readPreAuthEncoding } from '../dsse/pre-auth-encoding.js';
import { readPayload } from '../payload/simple-signing.js';
import { predicateTypes } from '../statement/predicate-types.js';
import { readStatement } from '../statement/read-statement.js';
import type { CosignKmsKeySettings } from './plugin.js';

/** What kind of message stands on stdin. */
export interface ExplainedMessage {
  /** Absent for a blob. */
  readonly domain?: SigningDomain;
  /** The bytes hold the moment of this very run: no later run will ask for them again (`cosign.md` §5.1, `--type custom`). */
  readonly onceOnly: boolean;
}

function readAttestation(message: Uint8Array): boolean {
  const { payloadType, payload } = readPreAuthEncoding(message);
  if (payloadType !== inTotoPayloadType) throw new SignError('ERR_MALFORMED', `its payload type is not ${inTotoPayloadType}`);
  const { predicateType, predicate } = readStatement(payload);
  return predicateType === predicateTypes.custom && Object.hasOwn(predicate, 'Timestamp');
}

/** @throws SignError `ERR_CROSS_PROTOCOL` for bytes that only look like one of cosign's messages */
function strictly<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!SignError.is(cause)) throw cause;
    const why = sanitizeText(cause.message, 200);
    throw new SignError('ERR_CROSS_PROTOCOL', `these bytes look like ${what}, but are none: ${why}`, { cause });
  }
}

/**
 * What a message says. A key behind this door signs what cosign signs, whole and well-formed: simple-signing payloads, and in-toto
 * statements in DSSE. Messages of any other format are refused, whatever the settings (S9); bytes of no known format need `allowOpaque`.
 * @throws SignError `ERR_CROSS_PROTOCOL`
 */
export function explainMessage(message: Uint8Array, { allowOpaque = false }: CosignKmsKeySettings): ExplainedMessage {
  const domain = classifySigningBytes(message);
  switch (domain) {
    case 'cosign-payload':
      strictly("cosign's payload of an image signature", () => readPayload(message));
      return { domain, onceOnly: false };
    case 'dsse':
      return { domain, onceOnly: strictly('an attestation', () => readAttestation(message)) };
    case undefined:
      if (allowOpaque) return { onceOnly: false };
      throw new SignError(
        'ERR_CROSS_PROTOCOL',
        'these bytes are neither an image signature nor an attestation of cosign; signing blobs needs allowOpaque',
      );
    default:
      throw new SignError(
        'ERR_CROSS_PROTOCOL',
        `these bytes are a message of the domain '${domain}', which cosign does not sign`,
        {
          details: { domain },
        },
      );
  }
}
