import type {
  Claims,
  Clock,
  Guard,
  HashName,
  KeyBackend,
  KeyInfo,
  KeyRef,
  KeySpec,
  OperationState,
  PendingStore,
} from '@securosys/core';
import type { CosignKmsMethod } from './contract.js';

/** What a plugin is told about the call that it serves. */
export interface CosignKmsContext {
  readonly method: CosignKmsMethod;
  /** What stands behind `<name>://` on the command line of cosign, as it was typed. Everybody can read it there: no place for secrets. */
  readonly keyResourceId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** What a key may do beyond what cosign's own messages need, each by its name, and how it signs. */
export interface CosignKmsKeySettings {
  /** Allows bytes of no known format, as `cosign sign-blob` signs (S9). Bytes of other formats stay refused. */
  readonly allowOpaque?: boolean;
  /** Allows a digest without the message that it stands for (S2). cosign always sends the message; other Go programs may not. */
  readonly allowBlind?: boolean;
  /**
   * Hash that the key signs and verifies with, whatever cosign asks for. Only for P-384 and P-521, where versions of cosign disagree
   * (`cosign.md` §2.2); default: the one that cosign asks for.
   */
  readonly hash?: HashName;
  /** How long to wait for people at most, in milliseconds. Default: until shortly before cosign's deadline, or 3 minutes without one. */
  readonly timeoutMs?: number;
}

/** Where a request stands while people decide on it. */
export interface CosignKmsProgress extends OperationState {
  readonly keyResourceId: string;
  readonly requestId?: string;
  /** What is being signed, in one sentence. */
  readonly title: string;
  /** Milliseconds since 1970: when the plugin gives up waiting. */
  readonly waitsUntil: number;
}

/** A key to be made by `cosign generate-key-pair --kms`. */
export interface CosignKmsNewKey {
  readonly spec: KeySpec;
}

/**
 * A KMS plugin of cosign over some key backend (`cosign.md` §11): what `handleCosignKms` cannot know. `defaultAlgorithm` and
 * `supportedAlgorithms` open nothing.
 */
export interface CosignKmsPlugin {
  /** Stands before `://` in the key references of users; the executable is called `sigstore-kms-` and this. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** The keys. Closed when the call ends. */
  open(context: CosignKmsContext): KeyBackend | Promise<KeyBackend>;
  /** The key that a resource id names. @throws SignError for an id that names none */
  keyRef(context: CosignKmsContext): KeyRef | Promise<KeyRef>;
  /** What the key may do. Default: cosign's own messages, and nothing else. */
  settings?(context: CosignKmsContext): CosignKmsKeySettings | Promise<CosignKmsKeySettings>;
  /** Called with a key before it signs; throws when it must not. */
  checkKey?(context: CosignKmsContext, key: KeyInfo): void | Promise<void>;
  /**
   * Public halves that were seen before, SubjectPublicKeyInfo DER, so that five of the six starts of a signature ask nobody. Never a
   * source of trust (S29): used only where `keyRef` pins the key, and only what fits that pin.
   */
  readonly publicKeys?: {
    get(context: CosignKmsContext, spkiSha256: string): Promise<Uint8Array | undefined>;
    put(context: CosignKmsContext, spki: Uint8Array): Promise<void>;
  };
  /** Where requests that people decide on are remembered, over runs. Without it only keys that ask nobody can sign. */
  store?(context: CosignKmsContext): PendingStore | Promise<PendingStore>;
  /** A second opinion on every use of a key; asked for before a key signs. */
  readonly guards?: readonly Guard[] | ((context: CosignKmsContext) => Promise<readonly Guard[]>);
  /** Told to approvers, marked as claims. */
  claims?(context: CosignKmsContext): Claims | Promise<Claims>;
  /**
   * Makes a key for `cosign generate-key-pair`. Leave it out unless the user has allowed that by name and has decided who approves the
   * key's use: nothing else creates keys (S8).
   */
  createKey?(context: CosignKmsContext, key: CosignKmsNewKey, backend: KeyBackend): Promise<KeyInfo>;
  /** Called after every look at a request. */
  onProgress?(progress: CosignKmsProgress, context: CosignKmsContext): void | Promise<void>;
  /** Default: the machine's. */
  readonly clock?: Clock;
}
