import type { Format } from '@securosys/core';
import { jwsCodec } from '../envelope/jws-codec.js';
import { notationFormat } from './notation-format.js';
import type { NotationSignature } from './signature.js';
import type { NotationPrepareOptions } from './signing-options.js';

/**
 * Notary Project signatures as JWS envelopes (`notation.md` §5, §16), in the six algorithms, both signing schemes and with all the
 * attributes that the specification has. The same input gives the same bytes to be signed.
 *
 * `prepare` demands a chain that keeps every rule of §8 at the signing time and whose leaf is for the signing key. `finish` adds the
 * RFC 3161 countersignature where a timestamper is given.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const notationJws: Format<NotationSignature, NotationPrepareOptions> = notationFormat(jwsCodec);
