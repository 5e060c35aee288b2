import { nodeCrypto, SignError } from '@securosys/core';
import { type Decompressor, startDecompressor } from './decompressor.js';

/** Checks that a layer unpacks to what the image's config says (`ocicrypt.md` §5), while it goes by. */
export interface DiffIdCheck {
  /**
   * Resolves when `piece` is not needed any more. What is wrong is said at the end: whether the layer is what was encrypted comes first, and is
   * not known before.
   */
  write(piece: Uint8Array): Promise<void>;
  /**
   * @throws SignError `ERR_DIGEST_MISMATCH` (`details.check`: `diff_id`) when it unpacked to something else, `ERR_MALFORMED` for a broken stream,
   * `ERR_LIMIT`
   */
  finish(): Promise<void>;
  /** Lets go of everything, also in the middle. */
  close(): void;
}

/**
 * Starts the check of one layer.
 * @param diffId digest of the uncompressed layer
 * @param maxBytes most bytes that the layer may unpack to
 */
export async function startDiffIdCheck(
  compression: 'gzip' | 'zstd' | 'none',
  diffId: string,
  maxBytes: number,
): Promise<DiffIdCheck> {
  const [algorithm = '', hex] = diffId.split(':');
  const hash = nodeCrypto().createHash(algorithm);
  let size = 0;
  const take = (bytes: Uint8Array) => {
    size += bytes.byteLength;
    if (size > maxBytes) throw new SignError('ERR_LIMIT', `a layer unpacks to more than ${maxBytes} bytes`);
    hash.update(bytes);
  };
  const unpack: Decompressor | undefined = compression === 'none' ? undefined : await startDecompressor(compression, take);
  let failed = false;
  let failure: unknown;
  return {
    async write(piece) {
      if (failed) return;
      try {
        if (unpack) await unpack.write(piece);
        else take(piece);
      } catch (error) {
        failed = true;
        failure = error;
      }
    },
    async finish() {
      if (failed) throw failure;
      await unpack?.end();
      const actual = hash.digest('hex');
      if (actual !== hex)
        throw new SignError(
          'ERR_DIGEST_MISMATCH',
          `a decrypted layer unpacks to ${algorithm}:${actual}, and the config says ${diffId}`,
          {
            details: { check: 'diff_id' },
          },
        );
    },
    close: () => unpack?.close(),
  };
}
