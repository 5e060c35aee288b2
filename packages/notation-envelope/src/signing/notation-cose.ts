import type { Format } from '@securosys/core';
import { coseCodec } from '../envelope/cose-codec.js';
import { notationFormat } from './notation-format.js';
import type { NotationSignature } from './signature.js';
import type { NotationPrepareOptions } from './signing-options.js';

/**
 * Notary Project signatures as COSE_Sign1 envelopes (`notation.md` §6, §16): the same attributes, rules and errors as those of
 * {@link notationJws}, in deterministic CBOR.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const notationCose: Format<NotationSignature, NotationPrepareOptions> = notationFormat(coseCodec);
