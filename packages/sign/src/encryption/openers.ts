import type {
  ImageContext,
  JweOpenerOptions,
  Opener,
  PacketReader,
  PacketScheme,
  Pkcs7OpenerOptions,
  Pkcs11OpenerOptions,
  ProviderOpenerOptions,
} from '@securosys/ocicrypt';
import { loadOcicrypt, type OcicryptPackage } from './load-ocicrypt.js';

/** An opener whose code is loaded with the first packet. */
function lateOpener(scheme: PacketScheme, make: (room: OcicryptPackage) => Opener): Opener {
  const start = async (image: ImageContext): Promise<PacketReader> => {
    const room = await loadOcicrypt();
    return make(room).startImage(image);
  };
  return {
    scheme,
    judges: true,
    startImage(image) {
      let started: Promise<PacketReader> | undefined;
      return {
        async unwrap(packet, layer, options) {
          started ??= start(image);
          const reader = await started;
          return reader.unwrap(packet, layer, options);
        },
        async close() {
          const reader = await started?.catch(() => undefined);
          await reader?.close();
        },
      };
    },
  };
}

/** Opens images that `providerRecipient` encrypted, or a tool of others with our key provider. Packets that name none of these keys are not opened. */
export function providerOpener(options: ProviderOpenerOptions): Opener {
  const own = { ...options };
  return lateOpener(`provider.${own.name}`, (room) => room.providerOpener(own));
}

/** Opens images that were encrypted for an RSA or EC key in ocicrypt's scheme `jwe`: the key may be behind a backend. */
export function jweOpener(options: JweOpenerOptions): Opener {
  const own = { ...options };
  return lateOpener('jwe', (room) => room.jweOpener(own));
}

/** Opens images that were encrypted for a certificate in ocicrypt's scheme `pkcs7`, which is PKCS#1 v1.5: the key has to allow that. */
export function pkcs7Opener(options: Pkcs7OpenerOptions): Opener {
  const own = { ...options };
  return lateOpener('pkcs7', (room) => room.pkcs7Opener(own));
}

/** Opens images that were encrypted in ocicrypt's scheme `pkcs11`, with a key behind any backend that decrypts. */
export function pkcs11Opener(options: Pkcs11OpenerOptions): Opener {
  const own = { ...options };
  return lateOpener('pkcs11', (room) => room.pkcs11Opener(own));
}
