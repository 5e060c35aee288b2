import { concatBytes, derBytes, derChildren, derWrap, readDer, scanDer } from '@securosys/core';
import { malformed } from '../fields.js';

/** `PKIStatusInfo { status granted (0) }` (RFC 3161 §2.4.2). */
const granted = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00);

/**
 * The TimeStampResp that cosign stores (`cosign.md` §13): a bare token would be refused.
 * @param token TimeStampToken, DER
 */
export function timestampResponse(token: Uint8Array): Uint8Array<ArrayBuffer> {
  return derWrap(0x30, concatBytes(granted, token));
}

/**
 * The token in a stored TimeStampResp: status granted (0) or granted with modifications (1). Nothing in the token is looked at.
 * @throws SignError `ERR_MALFORMED`
 */
export function timestampToken(response: Uint8Array): Uint8Array<ArrayBuffer> {
  const what = 'timestamp response';
  const outer = readDer(response, 0, response.byteLength, what);
  if (outer.tag !== 0x30 || outer.end !== response.byteLength) malformed(what, 'it is no SEQUENCE over all the bytes');
  const [status, token, more] = derChildren(response, outer, what);
  if (status?.tag !== 0x30 || token?.tag !== 0x30 || more) return malformed(what, 'it does not hold a status and a token');
  scanDer(derBytes(response, status), { what });
  const [code] = derChildren(response, status, what);
  const value = code && code.end - code.contents === 1 && code.tag === 0x02 ? response[code.contents] : undefined;
  if (value !== 0 && value !== 1) malformed(what, 'its status is not granted');
  return derBytes(response, token);
}
