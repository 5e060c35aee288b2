import { invalidArgument, keySpecOfSpki, knownOptions, type WaitOptions } from '@securosys/core';
import { firstResult } from '../attempts.js';
import { doesNotOpen } from '../keys/failure.js';
import { agreedKey, unwrapKey } from '../keys/key-wrap.js';
import type { KeyHalf, PrivateKey } from '../keys/private-key.js';
import { type SharedKey, sharedKey } from '../keys/shared-key.js';
import { unwrapFacts } from '../keys/unwrap-facts.js';
import type { ImageContext, LayerContext, Opener, PacketReader } from '../recipient.js';
import { jweAlgorithmFacts } from './algorithms.js';
import { openContent } from './content.js';
import { type Jwe, type JweRecipient, readJwe } from './read-jwe.js';

/** Who opens jwe packets. */
export interface JweOpenerOptions {
  /** Tried in this order: a JWE of ocicrypt's does not name its recipients. */
  keys: readonly PrivateKey[];
}

/** Whether a recipient can be this key: by what everybody sees. */
function fits(recipient: JweRecipient, { spec }: KeyHalf): boolean {
  if (spec === undefined) return false;
  if (recipient.ephemeral) return keySpecOfSpki(recipient.ephemeral) === spec;
  return spec === `rsa-${recipient.encryptedKey.byteLength * 8}`;
}

interface Attempt {
  readonly jwe: Jwe;
  readonly recipient: JweRecipient;
  readonly key: SharedKey;
  readonly image: ImageContext;
  readonly layer: LayerContext;
}

async function attempt({ jwe, recipient, key, image, layer }: Attempt, options: WaitOptions): Promise<Uint8Array> {
  const { algorithm, encryptedKey, ephemeral } = recipient;
  const facts = jweAlgorithmFacts(algorithm);
  let optsdata: Uint8Array | undefined;
  const contentKey = (secret: Uint8Array) =>
    facts.kind === 'rsa' ? secret : unwrapKey(agreedKey(secret, algorithm, facts.kekBytes), encryptedKey);
  const opens = (secret: Uint8Array) => {
    const found = contentKey(secret);
    optsdata = found && openContent(jwe.content, found);
    return optsdata !== undefined;
  };
  const use = { ...unwrapFacts('jwe', image, layer, { algorithm }), opens };
  const secret =
    facts.kind === 'rsa'
      ? await key.decrypt(facts.algorithm, encryptedKey, use, options)
      : await key.derive(ephemeral as Uint8Array, use, options);
  opens(secret);
  if (!optsdata) throw doesNotOpen();
  return optsdata;
}

/**
 * Opens packets of the scheme `jwe`: written by ocicrypt for an RSA or EC key (`ocicrypt.md` §9.1), which may be in this process or
 * behind a backend.
 * @throws SignError `ERR_INVALID_ARGUMENT` for no key
 */
export function jweOpener(options: JweOpenerOptions): Opener {
  knownOptions('jweOpener', options, ['keys']);
  if (options.keys.length === 0) invalidArgument('jweOpener needs a key');
  return {
    scheme: 'jwe',
    judges: true,
    startImage(image): PacketReader {
      const keys = options.keys.map((key) => sharedKey(key));
      return {
        async unwrap(packet, layer, call = {}) {
          const jwe = readJwe(packet);
          const byKey = keys.map((key) => async () => {
            const half = await key.publicHalf(call);
            const fitting = jwe.recipients.filter((recipient) => fits(recipient, half));
            return firstResult(fitting.map((recipient) => () => attempt({ jwe, recipient, key, image, layer }, call)));
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
