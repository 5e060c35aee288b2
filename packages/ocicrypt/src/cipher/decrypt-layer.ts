import { equalBytes, invalidArgument, SignError, wipe } from '@securosys/core';
import { cipherPass, type PassResult } from './cipher-pass.js';
import { decodePrivateOptions, decodePublicOptions } from './layer-options.js';
import { checkStream, type LayerPieces, type LayerStreamOptions, watched } from './stream-options.js';

/** How one layer is decrypted. */
export interface DecryptLayerOptions extends LayerStreamOptions {
  /** JSON text that a recipient's packet gave (`optsdata`). */
  readonly privateOptions: Uint8Array;
  /** JSON text of the annotation `org.opencontainers.image.enc.pubopts`, after its base64. */
  readonly publicOptions: Uint8Array;
  /** What the descriptor says of the ciphertext. Without it only the MAC is checked, which every recipient can make. */
  readonly expected?: { readonly digest: string; readonly size: number };
}

/** What is known of a layer once it has been decrypted to its end, and was what its key says. */
export interface DecryptedLayer {
  /** SHA-256 of the plaintext, as text. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** What the private options call the layer's digest: of the layer before it was compressed, with some tools. Nothing was decided by it. */
  readonly statedDigest: string;
}

/** A layer on its way back. */
export interface LayerDecryption {
  /**
   * The plaintext, to be read once; each piece has memory of its own. **None of it is authenticated before the iteration ends without an
   * error**: keep it where nobody takes it for good until then. The last piece is held back until MAC and digest held.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** What came out. @throws SignError `ERR_INVALID_ARGUMENT` before all pieces were read */
  result(): DecryptedLayer;
}

/** Refuses a ciphertext that is not what its MAC, or its descriptor, says. @throws SignError `ERR_DIGEST_MISMATCH` */
export function checkPass(
  { mac, cipherDigest, size }: Pick<PassResult, 'mac' | 'cipherDigest' | 'size'>,
  hmac: Uint8Array,
  expected: { readonly digest: string; readonly size: number } | undefined,
): void {
  const mismatch = (why: string, check: string) =>
    new SignError('ERR_DIGEST_MISMATCH', `the encrypted layer ${why}`, { details: { check } });
  if (expected && size !== expected.size) throw mismatch(`has ${size} bytes where ${expected.size} were promised`, 'size');
  if (expected && cipherDigest !== expected.digest) throw mismatch(`is ${cipherDigest}, not ${expected.digest}`, 'digest');
  if (!equalBytes(mac, hmac)) throw mismatch('is not what was encrypted with its key: the HMAC differs', 'hmac');
}

/**
 * Decrypts one layer as ocicrypt writes it (`ocicrypt.md` §5), in constant memory and one pass.
 *
 * @example
 * ```ts
 * import { decryptLayer } from '@securosys/ocicrypt';
 * import { createReadStream, createWriteStream } from 'node:fs';
 * import { rename } from 'node:fs/promises';
 * import { pipeline } from 'node:stream/promises';
 * declare const privateOptions: Uint8Array; // from a recipient's packet
 * declare const publicOptions: Uint8Array; // from the layer's annotation
 * const layer = decryptLayer(createReadStream('layer.encrypted'), { privateOptions, publicOptions });
 * await pipeline(layer.pieces, createWriteStream('layer.tar.gz.part'));
 * await rename('layer.tar.gz.part', 'layer.tar.gz'); // reached only when MAC and digest held
 * ```
 * @param source the ciphertext, in pieces
 * @throws SignError `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT` for the options; while reading, `ERR_DIGEST_MISMATCH` (`details.check`:
 * `hmac`, `digest` or `size`) and what the source throws
 */
export function decryptLayer(source: LayerPieces, options: DecryptLayerOptions): LayerDecryption {
  checkStream('decryptLayer', source, options, ['privateOptions', 'publicOptions', 'expected']);
  const { hmac } = decodePublicOptions(options.publicOptions);
  const { key, nonce, digest: statedDigest } = decodePrivateOptions(options.privateOptions);
  const pass = cipherPass('decrypt', key, nonce);
  wipe(key);
  let result: DecryptedLayer | undefined;
  async function* run(): AsyncGenerator<Uint8Array, void> {
    let held: Uint8Array | undefined;
    for await (const piece of watched(source, options)) {
      if (held) yield held;
      held = pass.update(piece);
    }
    const passed = pass.finish();
    checkPass(passed, hmac, options.expected);
    if (held) yield held;
    result = { digest: passed.plainDigest, size: passed.size, statedDigest };
  }
  return {
    pieces: run(),
    result: () => result ?? invalidArgument('the layer has not been decrypted to its end'),
  };
}
