import { invalidArgument, knownOptions, SignError, sanitizeText, sha256Hex, type WaitOptions } from '@securosys/core';
import { providerScheme } from '../recipients/annotations.js';
import { firstResult } from '../recipients/attempts.js';
import { doesNotOpen } from '../recipients/keys/failure.js';
import { agreedKey, unwrapKey } from '../recipients/keys/key-wrap.js';
import { openingKey, packSealed, sealedInput, symmetricFacts } from '../recipients/keys/opening-key.js';
import type { PrivateKey } from '../recipients/keys/private-key.js';
import { type SharedKey, sharedKey } from '../recipients/keys/shared-key.js';
import type { SymmetricKey } from '../recipients/keys/symmetric-key.js';
import { unwrapFacts } from '../recipients/keys/unwrap-facts.js';
import type { ImageContext, LayerContext, Opener, PacketReader, PacketScheme } from '../recipients/recipient.js';
import { decodePacket, keyAad, type Packet, type PacketKey } from './packet.js';
import {
  algorithmOfKey,
  checkSymmetricSpec,
  isSymmetricAlgorithm,
  type PacketAlgorithm,
  packetAlgorithmFacts,
} from './packet-algorithms.js';
import { openPacket } from './seal.js';

/** A key that opens packets. */
export interface OpenerKey {
  /** What packets call it. */
  readonly kid: string;
  /** A symmetric key opens packets only where `algorithm` says `A256GCMKW`. */
  readonly key: PrivateKey | SymmetricKey;
  /** The one algorithm that it is used with; packets that say another are refused (S16). Default as for writing. */
  readonly algorithm?: PacketAlgorithm;
}

/** Who opens our packets. */
export interface ProviderOpenerOptions {
  /** What the provider is called in the `ocicrypt.conf` of those who encrypted; part of the annotation's name. */
  name: string;
  /** Packets that name none of these are not opened (S15). */
  keys: readonly OpenerKey[];
}

interface Work {
  readonly scheme: PacketScheme;
  readonly packet: Packet;
  readonly entry: PacketKey;
  readonly image: ImageContext;
  readonly layer: LayerContext;
}

type SharedOpenerKey = Omit<OpenerKey, 'key'> & { readonly key: SharedKey };

/** Everything that is public is checked before the private key is used: nobody is asked to approve what cannot work. */
async function checkEntry(own: SharedOpenerKey, { entry }: Work, options: WaitOptions): Promise<void> {
  const { key, algorithm, kid } = own;
  const half = await key.publicHalf(options);
  const { spec, spki } = half;
  const name = sanitizeText(kid, 80);
  if (isSymmetricAlgorithm(algorithm)) {
    const symmetric = symmetricFacts(half);
    checkSymmetricSpec(symmetric.spec);
    if (!isSymmetricAlgorithm(entry.alg))
      throw new SignError(
        'ERR_ALGORITHM_UNSUPPORTED',
        `the packet says ${entry.alg}, and key '${name}' is set up for ${algorithm}`,
      );
    // A key that may not encrypt has no check value: that it opens the packet is the proof.
    if (symmetric.checkSha256 !== undefined && symmetric.checkSha256 !== entry.check)
      throw new SignError('ERR_KEY_CHANGED', `the packet is for another key that was called '${name}'`);
    return;
  }
  const known = algorithmOfKey(spec, algorithm);
  if (entry.spki !== undefined && sha256Hex(spki) !== entry.spki)
    throw new SignError('ERR_KEY_CHANGED', `the packet is for another key that was called '${name}'`);
  if (entry.alg !== known)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `the packet says ${entry.alg}, and key '${name}' is set up for ${known}`);
  if (packetAlgorithmFacts(known).kind === 'rsa' && spec !== `rsa-${entry.ek.byteLength * 8}`)
    throw new SignError('ERR_MALFORMED', 'packet is malformed: ek is not as long as the modulus of its key');
}

async function openWith(own: SharedOpenerKey, work: Work, options: WaitOptions): Promise<Uint8Array> {
  const { packet, entry, image, layer, scheme } = work;
  await checkEntry(own, work, options);
  const facts = packetAlgorithmFacts(entry.alg);
  const content = (secret: Uint8Array) => {
    const contentKey = facts.kind === 'ec' ? unwrapKey(agreedKey(secret, entry.alg, 32), entry.ek) : secret;
    return contentKey && openPacket(packet, contentKey);
  };
  const opens = (secret: Uint8Array) => content(secret) !== undefined;
  const use = { ...unwrapFacts(scheme, image, layer, { key: entry.kid, algorithm: entry.alg }), opens };
  const secret =
    facts.kind === 'rsa'
      ? await own.key.decrypt(facts.algorithm, entry.ek, use, options)
      : facts.kind === 'aes'
        ? await own.key.decrypt(sealedInput, packSealed({ sealed: entry.ek, aad: keyAad(entry) }), use, options)
        : await own.key.derive(entry.epk as Uint8Array, use, options);
  const optsdata = content(secret);
  if (!optsdata) throw doesNotOpen();
  return optsdata;
}

/** Opens the packets of one image with keys of an allow-list. @throws SignError `ERR_INVALID_ARGUMENT` for no key */
export function packetReader(scheme: PacketScheme, keys: readonly OpenerKey[], image: ImageContext): PacketReader {
  const shared = keys.map(({ key, ...own }) => ({ ...own, key: sharedKey(openingKey(key)) }));
  return {
    async unwrap(bytes, layer, call = {}) {
      const packet = decodePacket(bytes);
      const attempts = shared.flatMap((own) =>
        packet.kek
          .filter(({ kid }) => kid === own.kid)
          .map((entry) => () => openWith(own, { scheme, packet, entry, image, layer }, call)),
      );
      return firstResult(attempts);
    },
    async close() {
      for (const { key } of shared) key.close();
    },
  };
}

/**
 * Opens packets of the scheme `provider.<name>` that `providerRecipient` or our key provider wrote. Every packet whose content key
 * is not known yet is one decrypt or derive operation of its key, which people may have to approve.
 * @throws SignError `ERR_INVALID_ARGUMENT` for no key
 */
export function providerOpener(options: ProviderOpenerOptions): Opener {
  knownOptions('providerOpener', options, ['name', 'keys']);
  const scheme = providerScheme(options.name);
  if (options.keys.length === 0) invalidArgument('providerOpener needs a key');
  return { scheme, judges: true, startImage: (image) => packetReader(scheme, options.keys, image) };
}
