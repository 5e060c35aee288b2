import {
  type CallOptions,
  encryptTo,
  keySpecOf,
  nodeCrypto,
  ownBytes,
  publicKeyFromSpki,
  SignError,
  sha256Hex,
  spkiOf,
  wipe,
} from '@securosys/core';
import { agreedKey, wrapKey } from '../recipients/keys/key-wrap.js';
import type { SymmetricKey } from '../recipients/keys/symmetric-key.js';
import { keyAad, type PacketKey } from './packet.js';
import { algorithmOfKey, checkSymmetricSpec, type PacketAlgorithm, packetAlgorithmFacts } from './packet-algorithms.js';

/** A key that packets are written for. */
export interface RecipientKey {
  /** What the key is called by those who will open the packet; stands in the manifest, so that everybody can read it. */
  readonly kid: string;
  /** The key itself, SubjectPublicKeyInfo DER: from a certificate, a file or an attestation, and not from whoever is asked (S7). */
  readonly spki: Uint8Array;
  /** Default: `RSA-OAEP-256` for RSA, `ECDH-ES+A256KW` for EC. What the readers have set up for the key. */
  readonly algorithm?: PacketAlgorithm;
}

/** A symmetric key that packets are written for: its backend is asked once for each image. */
export interface SymmetricRecipientKey {
  /** What the key is called by those who will open the packet; public. */
  readonly kid: string;
  readonly key: SymmetricKey;
}

/**
 * Seals a content key with a symmetric key, bound to what the packet says of it.
 * @throws SignError `ERR_KEY_NOT_USABLE` for a key that may not encrypt, and those of the key
 */
export async function sealContentKey(
  { kid, key }: SymmetricRecipientKey,
  contentKey: Uint8Array,
  call: CallOptions,
): Promise<PacketKey> {
  const { spec, checkSha256: check } = await key.describe(call);
  checkSymmetricSpec(spec);
  if (check === undefined) throw new SignError('ERR_KEY_NOT_USABLE', 'the symmetric key may not encrypt');
  const named = { kid, check, alg: 'A256GCMKW' } as const;
  return { ...named, ek: await key.seal(contentKey, keyAad(named), call) };
}

/**
 * Encrypts a content key to a public key, which asks nobody.
 * @throws SignError `ERR_MALFORMED` for bytes that are no public key, `ERR_ALGORITHM_UNSUPPORTED` for keys and algorithms that packets
 * are not written with
 */
export function encryptContentKey({ kid, spki, algorithm }: RecipientKey, contentKey: Uint8Array): PacketKey {
  const key = publicKeyFromSpki(spki);
  const alg = algorithmOfKey(keySpecOf(key), algorithm);
  if (alg === 'RSA1_5') throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'packets with PKCS#1 v1.5 are read and never written');
  const named = { kid, spki: sha256Hex(spkiOf(key)), alg };
  const facts = packetAlgorithmFacts(alg);
  if (facts.kind === 'rsa') return { ...named, ek: encryptTo(key, facts.algorithm, contentKey) };
  const { diffieHellman, generateKeyPairSync } = nodeCrypto();
  const namedCurve = key.asymmetricKeyDetails?.namedCurve as string;
  const ephemeral = generateKeyPairSync('ec', { namedCurve });
  const secret = ownBytes(diffieHellman({ privateKey: ephemeral.privateKey, publicKey: key }));
  const kek = agreedKey(secret, alg, 32);
  const ek = wrapKey(kek, contentKey);
  wipe(secret);
  wipe(kek);
  return { ...named, epk: spkiOf(ephemeral.publicKey), ek };
}
