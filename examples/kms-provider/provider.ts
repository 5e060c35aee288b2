// A key provider of ocicrypt over a KMS, whole: copy it and put the calls of your KMS where `Kms` is.
import { type KeyBackend, keySpecOf, ownBytes, publicKeyFromSpki, SignError, sha256Hex } from '@securosys/core';
import type { KeyProviderPlugin } from '@securosys/ocicrypt';

/** The KMS of Acme: what it can do, and nothing more. */
export interface Kms {
  /** SubjectPublicKeyInfo, DER; `undefined` when there is no such key. */
  publicKey(label: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** RSA-OAEP with SHA-256. */
  decrypt(label: string, ciphertext: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** The keys of the KMS as everything in this house takes them. */
export function kmsBackend(kms: Kms): KeyBackend {
  const describeKey: KeyBackend['describeKey'] = async ({ label = '', spkiSha256 }, { signal } = {}) => {
    const spki = await kms.publicKey(label, signal);
    if (!spki) throw new SignError('ERR_KEY_NOT_FOUND', 'the KMS has no such key');
    const ref = { label, spkiSha256: sha256Hex(spki) };
    if ((spkiSha256 ?? ref.spkiSha256) !== ref.spkiSha256) throw new SignError('ERR_KEY_CHANGED', 'this is another key');
    const spec = keySpecOf(publicKeyFromSpki(spki));
    return { ref, spec, spki: ownBytes(spki), usages: ['decrypt'], needsApproval: false, assurance: 'self-reported' };
  };
  return {
    id: 'kms.acme.example', // the same in every process
    describeKey,
    async begin(operation, { signal } = {}) {
      if (operation.kind !== 'decrypt' || operation.algorithm !== 'rsa-oaep-sha256')
        throw new SignError('ERR_CAPABILITY_MISSING', 'this KMS decrypts RSA-OAEP with SHA-256 only');
      const { ref } = await describeKey(operation.key, { signal });
      return { done: ownBytes(await kms.decrypt(ref.label ?? '', operation.ciphertext, signal)) };
    },
    close: async () => undefined,
  };
}

/**
 * The provider. It serves the keys that are listed and no others, and encrypts for the public halves that are written here: what the KMS
 * says about its keys decides nothing.
 * @param keys public halves by the names that stand behind `provider:acme:`
 */
export function kmsProvider(kms: Kms, keys: ReadonlyMap<string, Uint8Array>): KeyProviderPlugin {
  return {
    name: 'acme', // as in ocicrypt.conf
    key(kid) {
      const publicKey = keys.get(kid);
      return publicKey && { ref: { label: kid, spkiSha256: sha256Hex(publicKey) }, publicKey };
    },
    open: () => kmsBackend(kms),
    audit: ({ layerDigest, packetSha256 }) => console.error(`acme opened ${layerDigest ?? packetSha256}`),
  };
}
