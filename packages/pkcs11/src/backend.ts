import type {
  BeginResult,
  CallOptions,
  Clock,
  KeyOperation,
  KeyRef,
  KeySpecRequest,
  SignatureAlgorithm,
  SignOperation,
  SymmetricKeyInfo,
  SymmetricKeyRequest,
} from '@securosys/core';
import { encryptTo, invalidArgument, knownOptions, nodeCrypto, ownBytes, SignError, sanitizeText } from '@securosys/core';
import type { Subscribe } from './host/events.js';
import type { TokenMetrics } from './host/metrics.js';
import type { CloseTokenOptions, Token } from './host/token-options.js';
import type { DeleteKeyOptions } from './keys/delete-key.js';
import type { ImportKeyRequest } from './keys/import-key.js';
import type { Pkcs11KeyInfo } from './keys/key-facts.js';
import { type KeyStore, keyStore } from './keys/key-store.js';
import type { NewKeyOptions } from './keys/new-key.js';
import type { TokenKey } from './keys/token-key.js';
import { capabilitiesOf } from './operations/capabilities.js';
import { decryptWith } from './operations/decrypt.js';
import { deriveWith } from './operations/derive.js';
import { type MoveParts, type UnwrapKeyRequest, unwrapKeyOf, type WrapKeyRequest, wrapKeyOf } from './operations/move-keys.js';
import { selfTestOf } from './operations/self-test.js';
import { planToSign, signWith } from './operations/sign.js';
import type { SignPlan } from './operations/sign-plan.js';
import { describeSymmetric, openWith, sealWith } from './operations/symmetric.js';
import { needUsage } from './operations/usable-key.js';
import type { UseContext } from './operations/use-context.js';
import { wrapMechanisms } from './operations/wrap-mechanism.js';
import type { PinProvider } from './pin/pin-provider.js';
import type { Pkcs11Backend } from './pkcs11-backend.js';
import type { LibraryInfo, MechanismInfo, TokenInfo } from './token/token-calls.js';
import { formatPkcs11Uri } from './uri/format.js';

/** What a backend is made of. */
export interface BackendParts {
  readonly token: Token;
  readonly pin: PinProvider;
  readonly clock: Clock;
  readonly key: KeyRef | undefined;
}

const longestDrainMs = 86_400_000;
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
  readonly #move: MoveParts;
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
    this.#context = { token, capabilities: capabilitiesOf(token), pin, clock };
    this.#keys = keyStore({ calls: token, clock, randomBytes, selfTest: selfTestOf(this.#context) });
    this.#move = { token, keys: this.#keys, mechanisms: wrapMechanisms(token, this.#context.capabilities) };
  }

  async describeKey(ref: KeyRef, options: CallOptions = {}): Promise<Pkcs11KeyInfo> {
    options.signal?.throwIfAborted();
    return this.#keys.describe(ref, options);
  }

  async begin(operation: KeyOperation, options: CallOptions = {}): Promise<BeginResult> {
    options.signal?.throwIfAborted();
    if (typeof operation !== 'object' || operation === null) invalidArgument('an operation is an object with its kind');
    if (operation.kind === 'sign') return { done: await this.#sign(operation, options) };
    return { done: await this.#use(operation, options) };
  }

  #sign(operation: SignOperation, options: CallOptions): Promise<Uint8Array> {
    if (operation.context !== undefined)
      throw new SignError('ERR_CAPABILITY_MISSING', 'keys of this token sign without a context');
    const { algorithm, input } = operation;
    return this.#keys.use(
      operation.key,
      (key) => {
        const sign = (plan: SignPlan) => signWith(this.#context, key, plan, input, options);
        const plan = this.#plans.get(key)?.get(algorithm);
        return plan ? sign(plan) : this.#plan(key, algorithm, options).then(sign);
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
      case 'seal':
        return sealWith(this.#context, operation, options);
      case 'open':
        return openWith(this.#context, operation, options);
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

  importKey(request: ImportKeyRequest, options: NewKeyOptions & CallOptions = {}): Promise<Pkcs11KeyInfo> {
    return this.#keys.import(request, options);
  }

  deleteKey(ref: KeyRef, options: DeleteKeyOptions = {}): Promise<void> {
    return this.#keys.delete(ref, options);
  }

  certificates(ref: KeyRef, options: CallOptions = {}): Promise<Uint8Array[]> {
    return this.#keys.certificates(ref, options);
  }

  storeCertificates(ref: KeyRef, chain: readonly Uint8Array[], options: CallOptions = {}): Promise<void> {
    return this.#keys.storeCertificates(ref, chain, options);
  }

  async createWrappingKey(label: string, options: CallOptions = {}): Promise<KeyRef> {
    const { id } = await this.#keys.createAesKey(label, 'wrap', options);
    return { label, id };
  }

  async describeSymmetricKey(ref: KeyRef, options: CallOptions = {}): Promise<SymmetricKeyInfo> {
    options.signal?.throwIfAborted();
    return describeSymmetric(this.#context, ref, options);
  }

  async createSymmetricKey({ label }: SymmetricKeyRequest, options: CallOptions = {}): Promise<SymmetricKeyInfo> {
    const { id } = await this.#keys.createAesKey(label, 'seal', options);
    return describeSymmetric(this.#context, { label, id }, options);
  }

  wrapKey(request: WrapKeyRequest, options: CallOptions = {}): Promise<Uint8Array> {
    return wrapKeyOf(this.#move, request, options);
  }

  unwrapKey(request: UnwrapKeyRequest, options: NewKeyOptions & CallOptions = {}): Promise<Pkcs11KeyInfo> {
    return unwrapKeyOf(this.#move, request, options);
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

  async close(options: CloseTokenOptions = {}): Promise<void> {
    knownOptions('close', options, ['drainMs', 'finalize']);
    const { drainMs = 0, finalize = false } = options;
    if (!(Number.isInteger(drainMs) && drainMs >= 0 && drainMs <= longestDrainMs) || typeof finalize !== 'boolean')
      invalidArgument(`close: drainMs is a whole number from 0 to ${longestDrainMs}, finalize true or false`);
    this.#closed ??= this.#token.close(options);
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A backend over an open token. */
export function pkcs11Backend(parts: BackendParts): Pkcs11Backend {
  return new Backend(parts);
}
