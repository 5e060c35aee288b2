import type { EncryptionAlgorithm, KeySpec, SymmetricKeySpec } from '@securosys/core';
import { SignError } from '@securosys/core';

/**
 * How a packet carries its content key, by the names of RFC 7518. `A256GCMKW` is for AES keys of 256 bits; `RSA1_5` is for reading only, and
 * only where it is set up (S16).
 */
export type PacketAlgorithm = 'RSA-OAEP' | 'RSA-OAEP-256' | 'ECDH-ES+A256KW' | 'RSA1_5' | 'A256GCMKW';

type Facts = { readonly kind: 'rsa'; readonly algorithm: EncryptionAlgorithm } | { readonly kind: 'ec' | 'aes' };

const algorithms: Readonly<Record<PacketAlgorithm, Facts>> = {
  'RSA-OAEP': { kind: 'rsa', algorithm: 'rsa-oaep-sha1' },
  'RSA-OAEP-256': { kind: 'rsa', algorithm: 'rsa-oaep-sha256' },
  'ECDH-ES+A256KW': { kind: 'ec' },
  RSA1_5: { kind: 'rsa', algorithm: 'rsa-pkcs1' },
  A256GCMKW: { kind: 'aes' },
};

/** Every algorithm of a packet, in the order of {@link PacketAlgorithm}. */
export const packetAlgorithms = Object.keys(algorithms) as readonly PacketAlgorithm[];

export const isPacketAlgorithm = (name: unknown): name is PacketAlgorithm => packetAlgorithms.some((known) => known === name);

export const packetAlgorithmFacts = (name: PacketAlgorithm): Facts => algorithms[name];

/**
 * The algorithm of a key: what its configuration says, or the default of its kind. Never what a packet says.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that opens no packets, and for an algorithm that does not fit it
 */
export function algorithmOfKey(spec: KeySpec | undefined, configured?: PacketAlgorithm): PacketAlgorithm {
  const kind = spec?.startsWith('rsa-') ? 'rsa' : spec?.startsWith('ec-') ? 'ec' : undefined;
  if (!kind)
    throw new SignError(
      'ERR_ALGORITHM_UNSUPPORTED',
      'packets are for RSA keys of 2048 to 4096 bits, the NIST curves, and AES keys that are set up for A256GCMKW',
    );
  const algorithm = configured ?? (kind === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW');
  if (!isPacketAlgorithm(algorithm) || algorithms[algorithm].kind !== kind)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `the algorithm that is set up does not fit a key of type ${spec}`);
  return algorithm;
}

/** Whether a key is set up as a symmetric one: never the default, and never what a packet says. */
export const isSymmetricAlgorithm = (configured: PacketAlgorithm | undefined): boolean => configured === 'A256GCMKW';

/**
 * @param spec as the backend tells it; one that it does not tell is what the key was set up as
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`
 */
export function checkSymmetricSpec(spec: SymmetricKeySpec | undefined): void {
  if (spec !== undefined && spec !== 'aes-256')
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `A256GCMKW is for AES keys of 256 bits, not for ${spec}`);
}
