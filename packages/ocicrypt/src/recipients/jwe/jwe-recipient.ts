import type { KeyObject } from 'node:crypto';
import { invalidArgument, keySpecOf, knownOptions, ownBytes, SignError, utf8Bytes } from '@securosys/core';
import type { PacketWriter, Recipient } from '../recipient.js';
import { isJweAlgorithm, type JweAlgorithm, jweAlgorithmFacts } from './algorithms.js';

/** One recipient's public key. */
export interface JweRecipientKey {
  /** RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521. */
  readonly publicKey: KeyObject;
  /** Default: `RSA-OAEP` for RSA and `ECDH-ES+A256KW` for EC, as ocicrypt does; a JWK's own `alg` is given here. */
  readonly algorithm?: JweAlgorithm;
}

/** Whom a jwe packet is for. */
export interface JweRecipientOptions {
  keys: readonly JweRecipientKey[];
}

interface CheckedKey {
  readonly key: KeyObject;
  readonly algorithm: JweAlgorithm;
}

function checked({ publicKey, algorithm }: JweRecipientKey): CheckedKey {
  if (publicKey?.type !== 'public') return invalidArgument('a jwe recipient is a public key');
  const spec = keySpecOf(publicKey);
  const kind = spec?.startsWith('rsa-') ? 'rsa' : spec?.startsWith('ec-') ? 'ec' : undefined;
  if (!kind) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'jwe is for RSA keys of 2048 to 4096 bits and for the NIST curves');
  const chosen = algorithm ?? (kind === 'rsa' ? 'RSA-OAEP' : 'ECDH-ES+A256KW');
  if (!isJweAlgorithm(chosen) || jweAlgorithmFacts(chosen).kind !== kind)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the algorithm does not fit the key of the jwe recipient');
  return { key: publicKey, algorithm: chosen };
}

/** ocicrypt reads both serialisations and writes the flattened one for a single recipient (`ocicrypt.md` §9.1). */
async function encrypt(optsdata: Uint8Array, keys: readonly CheckedKey[]): Promise<object> {
  const { FlattenedEncrypt, GeneralEncrypt } = await import('jose');
  const enc = 'A256GCM';
  const [only] = keys;
  if (only && keys.length === 1)
    return new FlattenedEncrypt(optsdata).setProtectedHeader({ alg: only.algorithm, enc }).encrypt(only.key);
  const jwe = new GeneralEncrypt(optsdata).setProtectedHeader({ enc });
  for (const { key, algorithm } of keys) jwe.addRecipient(key).setUnprotectedHeader({ alg: algorithm });
  return jwe.encrypt();
}

/**
 * Recipients of the scheme `jwe`: people with an RSA or EC key pair and any tool that knows ocicrypt. Every layer has a content key of its
 * own; images for keys under approval are better encrypted with the provider's packets.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function jweRecipient(options: JweRecipientOptions): Recipient {
  knownOptions('jweRecipient', options, ['keys']);
  const keys = options.keys.map(checked);
  if (keys.length === 0) invalidArgument('jweRecipient needs a key');
  const writer: PacketWriter = {
    async wrap(optsdata, _layer, { signal } = {}) {
      signal?.throwIfAborted();
      return utf8Bytes(JSON.stringify(await encrypt(ownBytes(optsdata), keys)));
    },
    close: () => undefined,
  };
  return { scheme: 'jwe', startImage: async () => writer };
}
