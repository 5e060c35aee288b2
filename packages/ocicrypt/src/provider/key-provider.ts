import type { Claims, Clock, Guard, KeyBackend, KeyRef, PendingStore, SecretIntent } from '@securosys/core';
import type { PacketAlgorithm } from '../packets/packet-algorithms.js';

/** What ocicrypt asks a provider to do (`ocicrypt.md` §7.1). */
export type KeyProviderOperation = 'keywrap' | 'keyunwrap';

/** What a plugin is told about the call that it serves. */
export interface KeyProviderContext {
  readonly operation: KeyProviderOperation;
  /**
   * What stands behind `provider:<name>:` on the command line of the caller, for this provider and no other. Everybody can see it in the
   * list of processes: no place for secrets. Empty when nothing stands there.
   */
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A key of the provider. */
export interface ProviderKey {
  /**
   * Where it is. Pinned by `spkiSha256` it can be wrapped for by asking the backend for its public half (S7); a symmetric key is pinned by
   * `checkSha256`.
   */
  readonly ref: KeyRef;
  /** Its public half, SubjectPublicKeyInfo DER: with it wrapping asks nobody. */
  readonly publicKey?: Uint8Array;
  /** The one algorithm of the key (S16). Default: `RSA-OAEP-256` for RSA, `ECDH-ES+A256KW` for EC; a symmetric key has to say `A256GCMKW`. */
  readonly algorithm?: PacketAlgorithm;
}

/** One use of a key that unwraps, for the audit log. */
export interface KeyProviderUse {
  readonly operation: 'keyunwrap';
  /** Names that the packet has for its keys; foreign text. */
  readonly kids: readonly string[];
  /** SHA-256 of the packet, lower-case hex. */
  readonly packetSha256: string;
  /** Digest of the plain layer, as whoever encrypted it says; absent when it says none. */
  readonly layerDigest?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A key provider of ocicrypt over some key backend: what `handleKeyProvider` cannot know. */
export interface KeyProviderPlugin {
  /** Its name in `ocicrypt.conf`, which is also part of the annotations and of the command line of the caller. */
  readonly name: string;
  /**
   * The key that a name stands for, or `undefined` when this provider does not serve it: the allow-list (S15). Asked with the names on
   * the command line when wrapping, and with those in the packet when unwrapping.
   */
  key(kid: string, context: KeyProviderContext): ProviderKey | undefined | Promise<ProviderKey | undefined>;
  /** Whom to wrap for when the command line names no key. Default: that is refused. */
  defaultKeys?(context: KeyProviderContext): readonly string[];
  /** The keys' backend. Not opened for packets of others and for wrapping with keys that are there. Closed when the call ends. */
  open(context: KeyProviderContext): KeyBackend | Promise<KeyBackend>;
  /** Where requests that people decide on are remembered, over runs. Without it only keys that ask nobody can unwrap. */
  store?(context: KeyProviderContext): PendingStore;
  /** Told to approvers, marked as claims. */
  claims?(context: KeyProviderContext): Claims | Promise<Claims>;
  /**
   * Asked and told about every use of a key that unwraps, as those of `createDecrypter`. Layers that share what was unwrapped, in one call or in those
   * of a service, are one use.
   */
  readonly guards?: readonly Guard<SecretIntent>[] | ((context: KeyProviderContext) => Promise<readonly Guard<SecretIntent>[]>);
  /** Called after a packet was opened and before its contents are given out; when it throws, they are not. */
  audit?(use: KeyProviderUse, context: KeyProviderContext): void | Promise<void>;
  /** How long a call may take in all, in milliseconds: callers have no deadline of their own (`ocicrypt.md` §7.2). Default 30 000. */
  readonly timeoutMs?: number;
  /** Wraps for keys that nothing pins, as the backend describes them. Whoever can change its answers reads the images (S7). */
  readonly allowUnpinned?: boolean;
  /** Reads packets with PKCS#1 v1.5 for keys that are set up for it (S16). */
  readonly allowPkcs1?: boolean;
  /** How results are written: `numbers` is the only form that ocicrypt-rs reads, and Go reads both. Default `base64`. */
  readonly results?: 'base64' | 'numbers';
  /** Default: the machine's. */
  readonly clock?: Clock;
}
