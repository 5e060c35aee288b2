import { equalBytes, invalidArgument, knownOptions, nodeCrypto, ownBytes, SignError, type WaitOptions } from '@securosys/core';
import { type Certificate, parseCertificate } from '@securosys/pki';
import { firstResult } from '../attempts.js';
import { doesNotOpen } from '../keys/failure.js';
import type { PrivateKey } from '../keys/private-key.js';
import { type SharedKey, sharedKey } from '../keys/shared-key.js';
import { unwrapFacts } from '../keys/unwrap-facts.js';
import type { ImageContext, LayerContext, Opener, PacketReader } from '../recipient.js';
import { contentKeyBytes, tagBytes } from './constants.js';
import { type Pkcs7, readPkcs7 } from './read-pkcs7.js';

/** A certificate and the private key that belongs to it. */
export interface Pkcs7Key {
  /** Made with `allowPkcs1`: pkcs7 packets of ocicrypt have PKCS#1 v1.5 and nothing else. */
  readonly key: PrivateKey;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** Who opens pkcs7 packets. */
export interface Pkcs7OpenerOptions {
  keys: readonly Pkcs7Key[];
}

function openContent({ nonce, ciphertext }: Pkcs7, key: Uint8Array): Uint8Array | undefined {
  if (key.byteLength !== contentKeyBytes) return undefined;
  const split = ciphertext.byteLength - tagBytes;
  try {
    const decipher = nodeCrypto().createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAuthTag(ciphertext.subarray(split));
    return ownBytes(Buffer.concat([decipher.update(ciphertext.subarray(0, split)), decipher.final()]));
  } catch {
    return undefined; // the tag does not fit, which is all that can be said (S16)
  }
}

interface Pair {
  readonly key: SharedKey;
  readonly certificate: Certificate;
}

interface Work {
  readonly pkcs7: Pkcs7;
  readonly encryptedKey: Uint8Array;
  readonly image: ImageContext;
  readonly layer: LayerContext;
}

async function attempt({ key, certificate }: Pair, work: Work, options: WaitOptions): Promise<Uint8Array> {
  const { pkcs7, encryptedKey, image, layer } = work;
  const { spki } = await key.publicHalf(options);
  if (!equalBytes(spki, certificate.spki))
    throw new SignError('ERR_KEY_CHANGED', 'the certificate of a pkcs7 recipient does not belong to its private key');
  const opens = (secret: Uint8Array) => openContent(pkcs7, secret) !== undefined;
  const use = { ...unwrapFacts('pkcs7', image, layer, { certificate: certificate.thumbprint }), opens };
  const optsdata = openContent(pkcs7, await key.decrypt('rsa-pkcs1', encryptedKey, use, options));
  if (!optsdata) throw doesNotOpen();
  return optsdata;
}

/**
 * Opens packets of the scheme `pkcs7`: written by ocicrypt for a certificate (`ocicrypt.md` §9.2), whose private key may be in this
 * process or behind a backend.
 * @throws SignError `ERR_INVALID_ARGUMENT` for no key, `ERR_MALFORMED` for a certificate that is none
 */
export function pkcs7Opener(options: Pkcs7OpenerOptions): Opener {
  knownOptions('pkcs7Opener', options, ['keys']);
  if (options.keys.length === 0) invalidArgument('pkcs7Opener needs a key');
  const known = options.keys.map(({ key, certificate }) => ({ key, certificate: parseCertificate(certificate) }));
  return {
    scheme: 'pkcs7',
    judges: true,
    startImage(image): PacketReader {
      const pairs = known.map(({ key, certificate }) => ({ key: sharedKey(key), certificate }));
      return {
        async unwrap(packet, layer, call = {}) {
          const pkcs7 = readPkcs7(packet);
          const attempts = pairs.flatMap((pair) =>
            pkcs7.recipients
              .filter(
                ({ issuerDer, serial }) =>
                  serial === pair.certificate.serial && equalBytes(issuerDer, pair.certificate.issuerDer),
              )
              .map(
                ({ encryptedKey }) =>
                  () =>
                    attempt(pair, { pkcs7, encryptedKey, image, layer }, call),
              ),
          );
          return firstResult(attempts);
        },
        async close() {
          for (const { key } of pairs) key.close();
        },
      };
    },
  };
}
