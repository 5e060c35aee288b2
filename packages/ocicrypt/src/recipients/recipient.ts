import type { CallOptions, Claims, Descriptor, SecretSource, SigningTarget, WaitOptions } from '@securosys/core';

/**
 * Which of ocicrypt's schemes a packet is written in: what stands after `org.opencontainers.image.enc.keys.` in the name of the
 * annotation (`ocicrypt.md` §4).
 */
export type PacketScheme = 'jwe' | 'pkcs7' | 'pkcs11' | `provider.${string}`;

/** What is being encrypted or decrypted, for those who are asked to approve it, and for the guards of keys. */
export interface ImageContext {
  /** The manifest that the layers stand in: encrypted when unwrapping, plain when wrapping. Checked by the caller, so a fact. */
  readonly manifest?: Descriptor;
  /** What nobody can prove: reference, pipeline, reason. */
  readonly claims?: Claims;
  /** The encrypted image, for guards: where it is, as far as the caller knows. */
  readonly source?: SecretSource;
  /** Where it goes when it is decrypted, for guards. */
  readonly target?: SigningTarget;
  /**
   * Called in place of the first use of a private key when its guards have agreed: nothing is decrypted and nobody asked. It throws, which is
   * how the opening ends. Only for an {@link Opener} that `judges`.
   */
  readonly insteadOfKey?: () => never;
}

/** The layer that a packet belongs to, for facts and for errors. */
export interface LayerContext {
  /** Of the encrypted blob, `sha256:` and 64 hex digits; absent where nobody knows it, as in a key provider. */
  readonly digest?: string;
  /** Position in the manifest, from 0. */
  readonly index?: number;
}

/** Wraps the layers of one image for all recipients of one scheme. */
export interface PacketWriter {
  /**
   * Wraps the private options of one layer, for every recipient in one packet.
   * @param optsdata JSON text, wrapped byte for byte (`ocicrypt.md` §5)
   * @returns the packet as it is before base64
   */
  wrap(optsdata: Uint8Array, layer: LayerContext, options?: CallOptions): Promise<Uint8Array>;
  /** Wipes what the layers shared. */
  close(): void;
}

/** Unwraps packets of one scheme with the keys of one holder. */
export interface PacketReader {
  /**
   * The private options of one layer, byte for byte as they were wrapped; `undefined` when the packet names none of these keys (only
   * schemes that name keys can tell).
   * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` for a packet that is none; `ERR_REQUEST_FAILED` when it does not open, whatever the
   * reason (S16); those of the backend
   */
  unwrap(packet: Uint8Array, layer: LayerContext, options?: WaitOptions): Promise<Uint8Array | undefined>;
  /** Wipes what the layers shared. Requests that people still decide on stay. */
  close(): Promise<void>;
}

/** Whom images are encrypted for: one scheme with all its recipients, which share one packet per layer (`ocicrypt.md` §9). */
export interface Recipient {
  readonly scheme: PacketScheme;
  /** Begins one image: its layers may share a content key. Checks the keys, so that nothing fails after the layers are written. */
  startImage(image: ImageContext, options?: CallOptions): Promise<PacketWriter>;
}

/** Who can open packets of one scheme. */
export interface Opener {
  readonly scheme: PacketScheme;
  /** Whether it heeds `insteadOfKey` of an image, so that the guards of its keys can be asked before anything is sent. */
  readonly judges?: true;
  /** Begins one image: what one layer's packet gave may open the others. Asks no backend yet. */
  startImage(image: ImageContext): PacketReader;
}
