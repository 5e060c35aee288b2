import { hexText, nodeCrypto, SignError } from '@securosys/core';
import { type DigestAlgorithm, parseDigest } from './digest.js';

/** A digest of bytes that come piece by piece. */
export interface RunningDigest {
  /** Bytes so far. */
  readonly size: number;
  update(part: Uint8Array): void;
  /** Digest of everything, as text; nothing may be added afterwards. */
  digest(): string;
}

/** Starts a digest over nothing. */
export function runningDigest(algorithm: DigestAlgorithm = 'sha256'): RunningDigest {
  const hash = nodeCrypto().createHash(algorithm);
  let size = 0;
  return {
    get size() {
      return size;
    },
    update(part) {
      size += part.byteLength;
      hash.update(part);
    },
    digest: () => `${algorithm}:${hexText(Uint8Array.from(hash.digest()))}`,
  };
}

/** Content that must be what a descriptor promised, piece by piece. */
export interface RunningCheck {
  /** Bytes so far. */
  readonly size: number;
  /** @throws SignError `ERR_DIGEST_MISMATCH` as soon as there is more than was promised */
  update(part: Uint8Array): void;
  /** @throws SignError `ERR_DIGEST_MISMATCH` when size or digest differ */
  finish(): void;
}

/** Starts the check of one content. @throws SignError `ERR_MALFORMED` for a bad digest */
export function runningCheck(expected: { readonly digest: string; readonly size: number }, what: string): RunningCheck {
  const running = runningDigest(parseDigest(expected.digest).algorithm);
  const mismatch = (is: string) => new SignError('ERR_DIGEST_MISMATCH', `${what} ${is}`);
  return {
    get size() {
      return running.size;
    },
    update(part) {
      running.update(part);
      if (running.size > expected.size) throw mismatch(`has more than the ${expected.size} bytes that were promised`);
    },
    finish() {
      if (running.size !== expected.size) throw mismatch(`has ${running.size} bytes where ${expected.size} were promised`);
      const actual = running.digest();
      if (actual !== expected.digest) throw mismatch(`is ${actual}, not ${expected.digest}`);
    },
  };
}
