import { invalidArgument, nodeCrypto, ownBytes, wipe } from '@securosys/core';
import { cipherPass } from './cipher-pass.js';
import { encodePrivateOptions, encodePublicOptions, keyBytes, nonceBytes } from './layer-options.js';
import { checkStream, type LayerPieces, type LayerStreamOptions, watched } from './stream-options.js';

/** What is known of a layer once it has been encrypted to its end. */
export interface EncryptedLayer {
  /** Of the ciphertext: what the new descriptor says. */
  readonly digest: string;
  /** Bytes, of plaintext and ciphertext alike. */
  readonly size: number;
  /** SHA-256 of the plaintext, as text. */
  readonly plainDigest: string;
  /** JSON text for the annotation `org.opencontainers.image.enc.pubopts`, before its base64. */
  readonly publicOptions: Uint8Array;
  /** JSON text with the layer's key, as recipients wrap it (`optsdata`). Secret: wipe it when it is wrapped. */
  readonly privateOptions: Uint8Array;
}

/** A layer on its way through the cipher. */
export interface LayerEncryption {
  /** The ciphertext, to be read once; each piece has memory of its own. Reading it is what drives the encryption. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** What came out. @throws SignError `ERR_INVALID_ARGUMENT` before all pieces were read */
  result(): EncryptedLayer;
}

/**
 * Encrypts one layer as ocicrypt does (`ocicrypt.md` §5: `AES_256_CTR_HMAC_SHA256`) under a fresh random key, in constant memory and one pass.
 * The content is encrypted as it is: compress before.
 *
 * @example
 * ```ts
 * import { encryptLayer } from '@securosys/ocicrypt';
 * import { createReadStream, createWriteStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 * const layer = encryptLayer(createReadStream('layer.tar.gz'));
 * await pipeline(layer.pieces, createWriteStream('layer.encrypted'));
 * const { digest, privateOptions } = layer.result(); // wrap the private options for the recipients, then wipe them
 * console.log(digest, privateOptions.byteLength);
 * ```
 * @param source the plaintext, in pieces
 * @throws SignError `ERR_INVALID_ARGUMENT`; while reading, what the source throws
 */
export function encryptLayer(source: LayerPieces, options: LayerStreamOptions = {}): LayerEncryption {
  checkStream('encryptLayer', source, options);
  return encryptWith(source, options, (length) => ownBytes(nodeCrypto().randomBytes(length)));
}

/** Encrypts with bytes from elsewhere: for vectors. */
export function encryptWith(
  source: LayerPieces,
  options: LayerStreamOptions,
  random: (length: number) => Uint8Array,
): LayerEncryption {
  let result: EncryptedLayer | undefined;
  async function* run(): AsyncGenerator<Uint8Array, void> {
    const key = random(keyBytes);
    try {
      const nonce = random(nonceBytes);
      const pass = cipherPass('encrypt', key, nonce);
      for await (const piece of watched(source, options)) yield pass.update(piece);
      const { mac, cipherDigest, plainDigest, size } = pass.finish();
      result = {
        digest: cipherDigest,
        size,
        plainDigest,
        publicOptions: encodePublicOptions({ hmac: mac }),
        privateOptions: encodePrivateOptions({ key, nonce, digest: plainDigest }),
      };
    } finally {
      wipe(key);
    }
  }
  return {
    pieces: run(),
    result: () => result ?? invalidArgument('the layer has not been encrypted to its end'),
  };
}
