import type {
  Claims,
  Clock,
  Guard,
  KeyBackend,
  KeyInfo,
  KeyRef,
  OperationState,
  PendingStore,
  Timestamper,
} from '@securosys/core';
import type { RevocationChecker } from '@securosys/pki';
import type { PluginCommand, PluginConfig } from './contract.js';

/** What a plugin is told about the call it serves. */
export interface PluginContext {
  readonly command: PluginCommand;
  /** As the user gave it, `--plugin-config name=value`. The host prints it in clear under `-d`: no place for secrets. */
  readonly config: PluginConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** {@link PluginContext} of a command about a key. */
export interface PluginKeyContext extends PluginContext {
  /** `id` of the key in the host's configuration. */
  readonly keyId: string;
}

/** Where a request stands while people decide on it. */
export interface PluginProgress extends OperationState {
  readonly keyId: string;
  readonly requestId?: string;
  /** What is being signed, in one sentence, and its digest. */
  readonly title: string;
  /** Milliseconds since 1970: when the plugin gives up waiting; the request stays. */
  readonly waitsUntil: number;
}

/**
 * A Notation plugin over some key backend (`notation.md` §17): what {@link handleNotation} cannot know. Nothing of it is called by
 * `get-plugin-metadata`.
 */
export interface NotationPlugin {
  /** Name that it is installed by: folder, end of the file name, and this must be the same. Letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly url: string;
  /** Names of its own in `pluginConfig`, beside `mode` and `timeout`; anything else there is refused. */
  readonly configNames?: readonly string[];
  /** The keys. Closed when the command ends. */
  open(context: PluginKeyContext): KeyBackend | Promise<KeyBackend>;
  /** The key that an id names. */
  keyRef(context: PluginKeyContext): KeyRef;
  /** Certificates of a key, DER, leaf first, root last. Default, and for `undefined`: those that the backend has. */
  chain?(context: PluginKeyContext, key: KeyInfo): Promise<readonly Uint8Array[] | undefined>;
  /** Where requests that people decide on are remembered, over runs. Without it only keys that ask nobody can sign envelopes. */
  store?(context: PluginKeyContext): PendingStore;
  /** A second opinion on every use of a key; asked for once the key is known. */
  readonly guards?: readonly Guard[] | ((context: PluginKeyContext) => Promise<readonly Guard[]>);
  /** Told to approvers, marked as claims. */
  claims?(context: PluginKeyContext): Claims | Promise<Claims>;
  /** Who timestamps envelopes: the host does not, and drops its own options silently. */
  timestamper?(context: PluginKeyContext): Promise<Timestamper | undefined>;
  /** With it the plugin offers to check revocation for the host. */
  revocation?(context: PluginContext): Promise<RevocationChecker>;
  /** Names of critical attributes that this plugin has processed when it verifies. */
  readonly understoodAttributes?: readonly string[];
  /**
   * Called by `describe-key` for a key that is not there; says whether it made one. Leave it out unless the user has asked for that by
   * name: nothing else creates keys (S8).
   */
  createMissingKey?(context: PluginKeyContext, backend: KeyBackend): Promise<boolean>;
  /** Called after every look at a request. */
  onProgress?(progress: PluginProgress, context: PluginKeyContext): void | Promise<void>;
  /** Default: the machine's. */
  readonly clock?: Clock;
}
