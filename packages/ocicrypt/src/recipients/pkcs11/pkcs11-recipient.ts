import type { KeyObject } from 'node:crypto';
import { encryptTo, invalidArgument, keySpecOf, knownOptions, SignError } from '@securosys/core';
import type { PacketWriter, Recipient } from '../recipient.js';
import { type Pkcs11Hash, pkcs11Algorithm, writePkcs11 } from './pkcs11-packet.js';

/** Whom a pkcs11 packet is for. */
export interface Pkcs11RecipientOptions {
  /** Public halves of keys on tokens: RSA. */
  keys: readonly KeyObject[];
  /** Default `sha1`, which every token has and which fits into 2048 bits; `sha256` needs keys of 3072 bits. */
  hash?: Pkcs11Hash;
}

/** The private options are encrypted directly, and have 193 bytes (`ocicrypt.md` §7.6). */
const optionBytes = 193;
const hashBytes: Readonly<Record<Pkcs11Hash, number>> = { sha1: 20, sha256: 32 };

function checked(key: KeyObject, hash: Pkcs11Hash): KeyObject {
  if (key?.type !== 'public') return invalidArgument('a pkcs11 recipient is a public key');
  const spec = keySpecOf(key);
  if (!spec?.startsWith('rsa-'))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'pkcs11 packets are for RSA keys of 2048 to 4096 bits');
  if (Number(spec.slice(4)) / 8 - 2 * hashBytes[hash] - 2 < optionBytes)
    throw new SignError('ERR_LIMIT', `a pkcs11 packet with ${hash} does not fit into a key of type ${spec}`);
  return key;
}

/**
 * Recipients of the scheme `pkcs11`: people with an RSA key on a token and an ocicrypt that can reach it (`ocicrypt.md` §9.3). Writing
 * takes public keys only, and no token.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT` for keys that are too short for the hash
 */
export function pkcs11Recipient(options: Pkcs11RecipientOptions): Recipient {
  knownOptions('pkcs11Recipient', options, ['keys', 'hash']);
  const { hash = 'sha1' } = options;
  if (hash !== 'sha1' && hash !== 'sha256') invalidArgument("hash is 'sha1' or 'sha256'");
  const keys = options.keys.map((key) => checked(key, hash));
  if (keys.length === 0) invalidArgument('pkcs11Recipient needs a key');
  const writer: PacketWriter = {
    async wrap(optsdata, _layer, { signal } = {}) {
      signal?.throwIfAborted();
      return writePkcs11(
        keys.map((key) => encryptTo(key, pkcs11Algorithm(hash), optsdata)),
        hash,
      );
    },
    close: () => undefined,
  };
  return { scheme: 'pkcs11', startImage: async () => writer };
}
