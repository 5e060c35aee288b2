import type { Mechanism } from '../token/mechanism.js';
import type { Template } from '../token/template.js';
import type { Attributes, LibraryInfo, MechanismInfo, TokenInfo } from '../token/token-calls.js';
import type { Gate } from './gate.js';

/**
 * What the main thread and a worker say to each other.
 *
 * A worker is started with {@link WorkerStart} as its `workerData` and says one {@link Greeting}. From then on `sendRequests` takes up to
 * {@link maxBatch} requests to it in one message, and it answers each exactly once, in the order of the requests. Answers to one message
 * may come in several, and answers to several in one. Both sides read with the functions of `batch.ts` only, so that how requests are
 * packed is known in one place.
 */
export interface WorkerStart {
  /** Absolute path of what `require` loads as pkcs11js. */
  readonly addon: string;
  /** Absolute path of the PKCS#11 module. */
  readonly module: string;
  /** What the worker passes before each command. */
  readonly gate: Gate;
  /** Over shared memory: its first element is the number of the request that the worker is in, or was in last. */
  readonly progress?: Int32Array;
}

/** First message of a worker: addon and module are loaded (nothing is initialised), or why not. It ends after a failure. */
export type Greeting = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly failure: LoadFailure };

/** `stage` tells whether pkcs11js or the module could not be loaded; `text` is what `require` or `dlopen` said (foreign text). */
export interface LoadFailure {
  readonly stage: 'addon' | 'module';
  readonly text: string;
}

/** Most requests in one message. */
export const maxBatch = 16;

/**
 * A session of one worker. The number is chosen by the worker and stays the same when the native session under it is replaced, which
 * the worker does by itself after any failure between an `…Init` and its end ({@link Failure.session}).
 */
export type SessionNumber = number;

/**
 * One PKCS#11 operation from its beginning to its end: no command leaves anything active on a session. Slot ids and object handles are
 * raw bytes as the module gave them. Texts and numbers are checked before they are sent: the worker trusts their types.
 */
export type Command =
  /** `C_Initialize` with CKF_OS_LOCKING_OK. `parameters` is libraryParameters as the module wants it (NSS), without padding. */
  | { readonly op: 'initialize'; readonly parameters?: string }
  /** `C_Finalize`: only with nothing in flight in any worker. */
  | { readonly op: 'finalize' }
  | { readonly op: 'libraryInfo' }
  /** Slots with a token that is initialised (CKF_TOKEN_INITIALIZED), each with its token's information. */
  | { readonly op: 'slots' }
  | { readonly op: 'tokenInfo'; readonly slot: Uint8Array }
  | { readonly op: 'mechanisms'; readonly slot: Uint8Array }
  | { readonly op: 'openSession'; readonly slot: Uint8Array; readonly readWrite: boolean }
  /** A session that is closed already, or lost, is no failure. */
  | { readonly op: 'closeSession'; readonly session: SessionNumber }
  | { readonly op: 'sessionInfo'; readonly session: SessionNumber }
  /** `C_Login(CKU_USER)`, called exactly once. CKR_USER_ALREADY_LOGGED_IN is the result `already`. */
  | { readonly op: 'login'; readonly session: SessionNumber; readonly pin: string }
  | { readonly op: 'logout'; readonly session: SessionNumber }
  | FindCommand
  | FindRestCommand
  | { readonly op: 'read'; readonly session: SessionNumber; readonly object: Uint8Array; readonly read: readonly number[] }
  | UseCommand
  | DeriveCommand
  | GenerateKeyPairCommand
  | { readonly op: 'generateKey'; readonly session: SessionNumber; readonly mechanism: Mechanism; readonly template: Template }
  | { readonly op: 'createObject'; readonly session: SessionNumber; readonly template: Template }
  | { readonly op: 'destroyObject'; readonly session: SessionNumber; readonly object: Uint8Array }
  | WrapCommand
  | UnwrapCommand;

/**
 * Objects that match, with attributes read of the first {@link readAtOnce}. One more than `max` objects are never looked at: then `more` is
 * true.
 */
export interface FindCommand {
  readonly op: 'find';
  readonly session: SessionNumber;
  readonly template: Template;
  readonly read: readonly number[];
  readonly max: number;
}

/** Objects whose attributes one command reads: across a network each takes some round trips, and others wait for the worker. */
export const readAtOnce = 64;

/** Attributes of objects that a search by `template` found, but of those that are deleted meanwhile. */
export interface FindRestCommand {
  readonly op: 'findRest';
  readonly session: SessionNumber;
  readonly template: Template;
  readonly objects: readonly Uint8Array[];
  readonly read: readonly number[];
}

/** `C_SignInit` and `C_Sign`, or the same with `Encrypt` or `Decrypt`. */
export interface UseCommand {
  readonly op: 'sign' | 'encrypt' | 'decrypt';
  readonly session: SessionNumber;
  readonly key: Uint8Array;
  readonly mechanism: Mechanism;
  readonly data: Uint8Array;
  /** Room for the longest result. */
  readonly bytes: number;
  /** For CKA_ALWAYS_AUTHENTICATE: `C_Login(CKU_CONTEXT_SPECIFIC)` after the initialisation. */
  readonly contextPin?: string;
}

/** `C_DeriveKey`, CKA_VALUE of the result, `C_DestroyObject`. */
export interface DeriveCommand {
  readonly op: 'deriveSecret';
  readonly session: SessionNumber;
  readonly key: Uint8Array;
  readonly mechanism: Mechanism;
  readonly template: Template;
}

export interface GenerateKeyPairCommand {
  readonly op: 'generateKeyPair';
  readonly session: SessionNumber;
  readonly mechanism: Mechanism;
  readonly publicTemplate: Template;
  readonly privateTemplate: Template;
}

export interface WrapCommand {
  readonly op: 'wrapKey';
  readonly session: SessionNumber;
  readonly wrapping: Uint8Array;
  readonly mechanism: Mechanism;
  readonly key: Uint8Array;
  /** Room for the longest result. */
  readonly bytes: number;
}

export interface UnwrapCommand {
  readonly op: 'unwrapKey';
  readonly session: SessionNumber;
  readonly unwrapping: Uint8Array;
  readonly mechanism: Mechanism;
  readonly wrapped: Uint8Array;
  readonly template: Template;
}

/** CK_SESSION_INFO: CKS_… and CKF_…, and what the module says of its own errors. */
export interface SessionInfo {
  readonly slot: Uint8Array;
  readonly state: number;
  readonly flags: number;
  readonly deviceError: number;
}

/** A handle and attributes; those that the module does not have or does not show are absent. */
export interface FoundOnWire {
  readonly handle: Uint8Array;
  readonly attributes: Attributes;
}

/** The initialised tokens of a module; `unreadable` is why the first of those that could not be asked is missing. */
export interface SlotsRead {
  readonly tokens: readonly TokenInfo[];
  readonly unreadable?: Failure;
}

/** What each command answers. Handles are raw bytes. */
export interface Results {
  /** `owned` is false when somebody else had initialised the module (CKR_CRYPTOKI_ALREADY_INITIALIZED). */
  initialize: { readonly owned: boolean };
  finalize: undefined;
  libraryInfo: LibraryInfo;
  slots: SlotsRead;
  tokenInfo: TokenInfo;
  mechanisms: ReadonlyMap<number, MechanismInfo>;
  openSession: SessionNumber;
  closeSession: undefined;
  sessionInfo: SessionInfo;
  login: 'done' | 'already';
  logout: undefined;
  /** `rest` are handles of objects that match too, of which nothing was read yet. */
  find: { readonly objects: readonly FoundOnWire[]; readonly more: boolean; readonly rest?: readonly Uint8Array[] };
  findRest: readonly FoundOnWire[];
  read: Attributes;
  sign: Uint8Array;
  encrypt: Uint8Array;
  decrypt: Uint8Array;
  deriveSecret: Uint8Array;
  generateKeyPair: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  generateKey: Uint8Array;
  createObject: Uint8Array;
  destroyObject: undefined;
  wrapKey: Uint8Array;
  unwrapKey: Uint8Array;
}

/** The result that belongs to a command. */
export type ResultOf<C extends Command> = Results[C['op']];

/** A command under a number which the sender chooses and which the answer repeats. */
export interface Request<C extends Command = Command> {
  readonly id: number;
  readonly command: C;
}

/** Why a command failed. Judge by `code` only. */
export interface Failure {
  /** The CK_RV, unsigned 32 bits; 0 when it was no return value (an argument that the addon refused, a session that the worker does not have). */
  readonly code: number;
  /** `CKR_…` of our own table, `CKR_VENDOR_DEFINED` or `CKR_UNKNOWN`; empty with code 0. */
  readonly name: string;
  /** The function that returned it, `C_Sign`; empty with code 0 when no function was called. */
  readonly method: string;
  /** With code 0 only: what was thrown (foreign text). */
  readonly text?: string;
  /**
   * What became of the session when an operation may have been left active on it, or when it was gone: a new native session is under
   * the same number, or none could be opened. On a session that is lost the next command fails with CKR_SESSION_HANDLE_INVALID without
   * any call but an attempt to open one, and says how that went. Absent: the session was not touched. Session objects are gone in both cases.
   */
  readonly session?: 'replaced' | 'lost';
  /** With `session: 'lost'`: the CK_RV of `C_OpenSession`. */
  readonly reopen?: number;
}

/** Answer to one request: its value, or why it failed. */
export type Answer =
  | { readonly id: number; readonly value: Results[Command['op']] }
  | { readonly id: number; readonly failure: Failure };
