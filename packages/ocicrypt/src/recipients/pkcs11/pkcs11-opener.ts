import { invalidArgument, knownOptions, parseJsonObject } from '@securosys/core';
import { firstResult } from '../attempts.js';
import type { PrivateKey } from '../keys/private-key.js';
import { sharedKey } from '../keys/shared-key.js';
import { unwrapFacts } from '../keys/unwrap-facts.js';
import type { Opener, PacketReader } from '../recipient.js';
import { readPkcs11 } from './pkcs11-packet.js';

/** Who opens pkcs11 packets. */
export interface Pkcs11OpenerOptions {
  /** RSA keys, tried in this order: a packet names nobody, so each may be asked about each recipient of its size. */
  keys: readonly PrivateKey[];
}

/** OAEP has no tag of its own that a caller sees, but private options are an object. */
function isOptions(plaintext: Uint8Array): boolean {
  try {
    return typeof parseJsonObject(plaintext, { what: 'private options', maxBytes: 1_024 }).symkey === 'string';
  } catch {
    return false;
  }
}

/**
 * Opens packets of the scheme `pkcs11` (`ocicrypt.md` §9.3) with keys of any backend that decrypts with RSA-OAEP, token or not.
 * @throws SignError `ERR_INVALID_ARGUMENT` for no key
 */
export function pkcs11Opener(options: Pkcs11OpenerOptions): Opener {
  knownOptions('pkcs11Opener', options, ['keys']);
  if (options.keys.length === 0) invalidArgument('pkcs11Opener needs a key');
  return {
    scheme: 'pkcs11',
    judges: true,
    startImage(image): PacketReader {
      const keys = options.keys.map((key) => sharedKey(key));
      return {
        async unwrap(packet, layer, call = {}) {
          const recipients = readPkcs11(packet);
          const byKey = keys.map((key) => async () => {
            const { spec } = await key.publicHalf(call);
            const fitting = recipients.filter(({ blob }) => spec === `rsa-${blob.byteLength * 8}`);
            return firstResult(
              fitting.map(({ algorithm, blob }) => () => {
                const use = { ...unwrapFacts('pkcs11', image, layer, { algorithm }), opens: isOptions };
                return key.decrypt(algorithm, blob, use, call);
              }),
            );
          });
          return firstResult(byKey);
        },
        async close() {
          for (const key of keys) key.close();
        },
      };
    },
  };
}
