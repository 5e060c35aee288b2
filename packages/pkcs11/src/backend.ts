import type {
  BeginResult,
  CallOptions,
  Clock,
  KeyBackend,
  KeyOperation,
  KeyRef,
  KeySpecRequest,
  SignatureAlgorithm,
  SignOperation,
} from '@securosys/core';
import { encryptTo, nodeCrypto, ownBytes, SignError, sanitizeText } from '@securosys/core';
import type { Subscribe } from './host/events.js';
import type { TokenMetrics } from './host/metrics.js';
import type { CloseTokenOptions, LibraryInfo, Token } from './host/token-options.js';
import type { DeleteKeyOptions } from './keys/delete-key.js';
import type { Pkcs11KeyInfo } from './keys/key-facts.js';
import { type KeyStore, keyStore } from './keys/key-store.js';
import type { NewKeyOptions } from './keys/new-key.js';
import type { TokenKey } from './keys/token-key.js';
import { capabilitiesOf } from './operations/capabilities.js';
import { decryptWith } from './operations/decrypt.js';
import { deriveWith } from './operations/derive.js';
import { selfTestOf } from './operations/self-test.js';
import { planToSign, signWith } from './operations/sign.js';
import type { SignPlan } from './operations/sign-plan.js';
import { needUsage } from './operations/usable-key.js';
import type { UseContext } from './operations/use-context.js';
import type { PinProvider } from './pin/pin-provider.js';
import type { MechanismInfo, TokenInfo } from './token/token-calls.js';
import { formatPkcs11Uri } from './uri/format.js';

/** A token as a key backend, with what only PKCS#11 has. */
export interface Pkcs11Backend extends KeyBackend {
  /** The token when it was opened; flags may have changed since. */
  readonly token: TokenInfo;
  readonly library: LibraryInfo;
  /** The key that the URI named, if it named one. */
  readonly key: KeyRef | undefined;
  describeKey(ref: KeyRef, options?: CallOptions): Promise<Pkcs11KeyInfo>;
  /** Private keys whose public half is on the token, by one search. */
  listKeys(options?: CallOptions): AsyncIterable<Pkcs11KeyInfo>;
  /**
   * Makes a pair with fresh ids, reads it back and tries it. One that came out weaker than asked for is destroyed.
   * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_PROTOCOL` with `details.deviations`; `ERR_OUTCOME_UNKNOWN` with
   * `details.ckaId` when the pair may be there
   */
  createKey(request: KeySpecRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** Destroys a key and its public half. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_INVALID_ARGUMENT` when several match */
  deleteKey(ref: KeyRef, options?: DeleteKeyOptions): Promise<void>;
  /** By CKM_… number, as the token says; an OAEP mechanism does not say for which hashes. */
  mechanisms(options?: CallOptions): Promise<ReadonlyMap<number, MechanismInfo>>;
  readonly on: Subscribe;
  metrics(): TokenMetrics;
  /** Lets a PIN be tried again that was wrong, after somebody has put it right. */
  forgetPinFailure(): Promise<void>;
  /** Waits for what runs, and closes the sessions of this backend. Twice is no error. */
  close(options?: CloseTokenOptions): Promise<void>;
}

/** What a backend is made of. */
export interface BackendParts {
  readonly token: Token;
  readonly pin: PinProvider;
  readonly clock: Clock;
  readonly key: KeyRef | undefined;
}

const randomBytes = (length: number): Uint8Array => ownBytes(nodeCrypto().randomBytes(length));

class Backend implements Pkcs11Backend {
  readonly id: string;
  readonly token: TokenInfo;
  readonly library: LibraryInfo;
  readonly key: KeyRef | undefined;
  readonly on: Subscribe;
  readonly #token: Token;
  readonly #pin: PinProvider;
  readonly #keys: KeyStore;
  readonly #context: UseContext;
  /** What was checked already, for as long as a key is known. */
  readonly #plans = new WeakMap<TokenKey, Map<SignatureAlgorithm, SignPlan>>();
  #closed: Promise<void> | undefined;

  constructor({ token, pin, clock, key }: BackendParts) {
    this.#token = token;
    this.#pin = pin;
    this.token = token.token;
    this.library = token.library;
    this.key = key;
    this.id = formatPkcs11Uri({ token: token.token.label, serial: token.token.serial });
    this.on = token.on;
    this.#context = { token, capabilities: capabilitiesOf(token), pin };
    this.#keys = keyStore({ calls: token, clock, randomBytes, selfTest: selfTestOf(this.#context) });
  }

  async describeKey(ref: KeyRef, options: CallOptions = {}): Promise<Pkcs11KeyInfo> {
    options.signal?.throwIfAborted();
    return this.#keys.describe(ref, options);
  }

  async begin(operation: KeyOperation, options: CallOptions = {}): Promise<BeginResult> {
    options.signal?.throwIfAborted();
    if (operation.kind === 'sign') return { done: await this.#sign(operation, options) };
    return { done: await this.#use(operation, options) };
  }

  #sign(operation: SignOperation, options: CallOptions): Promise<Uint8Array> {
    if (operation.context !== undefined)
      throw new SignError('ERR_CAPABILITY_MISSING', 'keys of this token sign without a context');
    const { algorithm, input } = operation;
    return this.#keys.use(
      operation.key,
      async (key) => {
        const plan = this.#plans.get(key)?.get(algorithm) ?? (await this.#plan(key, algorithm, options));
        return signWith(this.#context, key, plan, input, options);
      },
      options,
    );
  }

  async #plan(key: TokenKey, algorithm: SignatureAlgorithm, options: CallOptions): Promise<SignPlan> {
    const plan = await planToSign(this.#context, key, algorithm, options);
    const known = this.#plans.get(key);
    if (known) known.set(algorithm, plan);
    else this.#plans.set(key, new Map([[algorithm, plan]]));
    return plan;
  }

  async #use(operation: Exclude<KeyOperation, SignOperation>, options: CallOptions): Promise<Uint8Array> {
    switch (operation.kind) {
      case 'decrypt':
        return this.#keys.use(operation.key, (key) => decryptWith(this.#context, key, operation, options), options);
      case 'derive':
        return this.#keys.use(operation.key, (key) => deriveWith(this.#context, key, operation, options), options);
      case 'encrypt': {
        const key = await this.#keys.find(operation.key, options);
        needUsage(key, 'encrypt');
        return encryptTo(key.publicKey, operation.algorithm, operation.plaintext);
      }
      default:
        throw new SignError(
          'ERR_CAPABILITY_MISSING',
          `this backend cannot ${sanitizeText(String((operation as { readonly kind: unknown }).kind), 40)}`,
        );
    }
  }

  listKeys(options: CallOptions = {}): AsyncIterable<Pkcs11KeyInfo> {
    return this.#keys.list(options);
  }

  createKey(request: KeySpecRequest, options: NewKeyOptions & CallOptions = {}): Promise<Pkcs11KeyInfo> {
    return this.#keys.create(request, options);
  }

  deleteKey(ref: KeyRef, options: DeleteKeyOptions = {}): Promise<void> {
    return this.#keys.delete(ref, options);
  }

  mechanisms(options: CallOptions = {}): Promise<ReadonlyMap<number, MechanismInfo>> {
    return this.#token.mechanisms(options);
  }

  metrics(): TokenMetrics {
    return this.#token.metrics();
  }

  forgetPinFailure(): Promise<void> {
    return this.#pin.forgetFailure(this.token);
  }

  close(options?: CloseTokenOptions): Promise<void> {
    this.#closed ??= this.#token.close(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A backend over an open token. */
export function pkcs11Backend(parts: BackendParts): Pkcs11Backend {
  return new Backend(parts);
}
