import { type CallOptions, invalidArgument, knownOptions, nodeCrypto, ownBytes, wipe } from '@securosys/core';
import { providerScheme } from '../recipients/annotations.js';
import type { PacketWriter, Recipient } from '../recipients/recipient.js';
import { encryptContentKey, type RecipientKey, type SymmetricRecipientKey, sealContentKey } from './encrypt-content-key.js';
import { encodePacket, isKid, maxPacketKeys, type PacketKey } from './packet.js';
import { contentKeyBytes, sealPacket } from './seal.js';

/** A key pair by its public half, or a symmetric key. */
export type AnyRecipientKey = RecipientKey | SymmetricRecipientKey;

/** Whom our packets are for. */
export interface ProviderRecipientOptions {
  /** What the provider is called in the `ocicrypt.conf` of those who decrypt with other tools; part of the annotation's name. */
  name: string;
  /** Each of them opens the packet alone; at most 16. */
  keys: readonly AnyRecipientKey[];
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkRecipientKeys(keys: readonly AnyRecipientKey[]): void {
  if (keys.length === 0 || keys.length > maxPacketKeys) invalidArgument(`a packet is for 1 to ${maxPacketKeys} keys`);
  for (const { kid } of keys)
    if (!isKid(kid)) invalidArgument('the name of a key is 1 to 256 characters, none of them a control');
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) invalidArgument('two keys of a packet have the same name');
}

/**
 * Writes the packets of one image: a random content key is encrypted once for every key, and all layers share it, so that one use of one
 * of the keys opens the image.
 * @throws SignError as `encryptContentKey` and `sealContentKey`
 */
export async function packetWriter(keys: readonly AnyRecipientKey[], call: CallOptions = {}): Promise<PacketWriter> {
  checkRecipientKeys(keys);
  const contentKey = ownBytes(nodeCrypto().randomBytes(contentKeyBytes));
  const kek: PacketKey[] = [];
  try {
    for (const key of keys)
      kek.push('spki' in key ? encryptContentKey(key, contentKey) : await sealContentKey(key, contentKey, call));
  } catch (error) {
    wipe(contentKey);
    throw error;
  }
  const header = { kek };
  let open = true;
  return {
    async wrap(optsdata, _layer, { signal } = {}) {
      signal?.throwIfAborted();
      if (!open) invalidArgument('the image is finished: its content key is gone');
      return encodePacket(sealPacket(header, contentKey, optsdata));
    },
    close() {
      open = false;
      wipe(contentKey);
    },
  };
}

/**
 * Recipients of the scheme `provider.<name>`: keys in an HSM, known here by their public halves, which wrapping needs nothing else for, and
 * symmetric keys, which wrap in the HSM, once for an image. Unwrapping always asks the HSM (`docs/ocicrypt-packet.md`).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function providerRecipient(options: ProviderRecipientOptions): Recipient {
  knownOptions('providerRecipient', options, ['name', 'keys']);
  const scheme = providerScheme(options.name);
  const keys = options.keys.map((key) => ('spki' in key ? { ...key, spki: ownBytes(key.spki) } : key));
  checkRecipientKeys(keys);
  return { scheme, startImage: (_, call) => packetWriter(keys, call) };
}
