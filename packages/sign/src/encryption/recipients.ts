import type {
  JweRecipientOptions,
  PacketScheme,
  Pkcs7RecipientOptions,
  Pkcs11RecipientOptions,
  ProviderRecipientOptions,
  Recipient,
} from '@securosys/ocicrypt';
import { loadOcicrypt, type OcicryptPackage } from './load-ocicrypt.js';

/** A recipient whose code is loaded with the first image; what is wrong with its keys is said then, before a layer is read. */
function lateRecipient(scheme: PacketScheme, make: (room: OcicryptPackage) => Recipient): Recipient {
  return {
    scheme,
    async startImage(image, options) {
      const room = await loadOcicrypt();
      return make(room).startImage(image, options);
    },
  };
}

/**
 * Encrypts images for keys in an HSM, known here by their public halves: encrypting asks nobody, and decrypting always asks the HSM. One
 * use of one of the keys opens the whole image. A public key comes from a certificate, a file or an attestation, not from whoever is asked.
 *
 * @example
 * ```ts
 * import { encryptImage, providerRecipient } from '@securosys/sign';
 * declare const publicKey: Uint8Array; // SubjectPublicKeyInfo, DER
 * const recipient = providerRecipient({ name: 'securosys', keys: [{ kid: 'images-2026', spki: publicKey }] });
 * await encryptImage('oci:./app:1.4', { to: 'registry.example/app:1.4-encrypted', recipients: [recipient] });
 * ```
 */
export function providerRecipient(options: ProviderRecipientOptions): Recipient {
  const own = { ...options };
  return lateRecipient(`provider.${own.name}`, (room) => room.providerRecipient(own));
}

/** Encrypts images for people with an RSA or EC key pair and any tool that knows ocicrypt, in its scheme `jwe`. */
export function jweRecipient(options: JweRecipientOptions): Recipient {
  const own = { ...options };
  return lateRecipient('jwe', (room) => room.jweRecipient(own));
}

/** Encrypts images for the holders of certificates with RSA keys, in ocicrypt's scheme `pkcs7`. */
export function pkcs7Recipient(options: Pkcs7RecipientOptions): Recipient {
  const own = { ...options };
  return lateRecipient('pkcs7', (room) => room.pkcs7Recipient(own));
}

/** Encrypts images for RSA keys on PKCS#11 tokens, in ocicrypt's scheme `pkcs11`. */
export function pkcs11Recipient(options: Pkcs11RecipientOptions): Recipient {
  const own = { ...options };
  return lateRecipient('pkcs11', (room) => room.pkcs11Recipient(own));
}
