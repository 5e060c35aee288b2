import type { CallOptions } from './options.js';

/** Hashes that a timestamp may be about (`notation.md` §9.1). */
export type TimestampHash = 'sha256' | 'sha384' | 'sha512';

/**
 * Somebody whose word about time others believe (RFC 3161). A format asks it in `finish` to prove that a signature existed; `createTimestamper`
 * of `@securosys/pki` speaks to a real authority and verifies what it answers.
 */
export interface Timestamper {
  /**
   * @param signature the bytes whose existence is to be proven: a signature as it stands in its envelope
   * @param hash of the message imprint: that of the signing algorithm
   * @returns DER of the TimeStampToken (a CMS ContentInfo, not the whole TimeStampResp), verified already
   * @throws SignError those of the network, and `ERR_PROTOCOL`, `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`,
   * `ERR_DIGEST_MISMATCH`, `ERR_SIGNATURE_MISMATCH`, `ERR_CHAIN_INVALID`, `ERR_NOT_TRUSTED`
   */
  timestamp(signature: Uint8Array, hash: TimestampHash, options?: CallOptions): Promise<Uint8Array<ArrayBuffer>>;
}
