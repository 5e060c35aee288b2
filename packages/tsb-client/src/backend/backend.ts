import {
  algorithmFitsKey,
  type BeginResult,
  type CallOptions,
  type DecryptOperation,
  type EncryptOperation,
  encryptTo,
  type KeyBackend,
  type KeyInfo,
  type KeyOperation,
  type KeyRef,
  type KeySpecRequest,
  type PendingStore,
  type PollOptions,
  publicKeyFromSpki,
  type RequestState,
  SignError,
  type SignOperation,
  sanitizeText,
} from '@securosys/core';
import type { Policy } from '../api/policy.js';
import type { TsbClient } from '../client/client.js';
import type { TsbGroups } from '../client/groups.js';
import type { CreateKeyOptions } from '../client/new-key.js';
import { type TsbOperations, type TsbOperationsOptions, tsbOperations } from '../operations/operations.js';
import { sameRequest, wouldSend } from '../operations/same-request.js';
import type { Look } from '../watch/waiters.js';
import { Watcher } from '../watch/watcher.js';
import { ApproverNames } from './approver-names.js';
import { cipherNameOf } from './cipher-names.js';
import { askToDecrypt, decryptInput } from './decrypt-request.js';
import { type KnownKey, KnownKeys, labelOf } from './known-keys.js';
import { openBackendClient, type TsbBackendOptions } from './options.js';
import { type OrphanReport, orphansOf } from './orphans.js';
import type { BackendParts } from './parts.js';
import { requestPassword } from './request-password.js';
import { requestState } from './request-state.js';
import { plaintextResult, type ResultReader, signatureResult } from './results.js';
import { approvalRequest, plainRequest } from './sign-request.js';
import { normalSignature } from './signature-bytes.js';

/** A key to be made in a TSB. */
export interface TsbKeySpecRequest extends KeySpecRequest {
  /** Who must approve its use; `null` for a plain key, which can never get a policy. No default: it is a decision (S8). */
  readonly policy: Policy | null;
}

/** A `KeyBackend` over a TSB, with every optional call that a TSB can answer. */
export interface TsbBackend extends KeyBackend {
  readonly client: TsbClient;
  poll(id: string, options?: PollOptions): Promise<RequestState>;
  /** One loop for all who wait: at most one call a second while nothing changes. */
  watch(id: string, known: RequestState, options?: PollOptions): Promise<RequestState>;
  cancel(id: string, options?: CallOptions): Promise<void>;
  candidates(options?: CallOptions): AsyncIterable<string>;
  certificates(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  listKeys(options?: CallOptions): AsyncIterable<KeyInfo>;
  /** @throws SignError `ERR_INVALID_ARGUMENT` without a policy, `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS` */
  createKey(spec: TsbKeySpecRequest, options?: CreateKeyOptions): Promise<KeyInfo>;
  /** What a TSB does beside signing: decrypt, unwrap, block, unblock, modify, certificates. */
  operations(options?: TsbOperationsOptions): TsbOperations;
  /**
   * Open requests that a store does not know. Those of other applications of the same partition are among them, so `cancel` takes
   * the ids one by one, after somebody has looked.
   * @throws SignError `ERR_CAPABILITY_MISSING` for a store that cannot list its records
   */
  orphans(store: PendingStore, options?: CallOptions): Promise<OrphanReport>;
  [Symbol.asyncDispose](): Promise<void>;
}

const readers: Readonly<Record<KeyOperation['kind'], ResultReader>> = {
  sign: signatureResult,
  decrypt: plaintextResult,
  encrypt: plaintextResult,
};

/** Parts the options of one look. */
const lookOptions = ({ kind = 'sign', ...call }: PollOptions): readonly [KeyOperation['kind'], CallOptions] => [kind, call];

class Backend implements TsbBackend {
  readonly id: string;
  readonly client: TsbClient;
  readonly #parts: BackendParts;
  readonly #close: () => Promise<void>;
  readonly #looks: Readonly<Record<KeyOperation['kind'], Look>>;

  constructor(options: TsbBackendOptions) {
    const { client, style, close } = openBackendClient(options);
    this.client = client;
    this.#close = close;
    const { partition, requestLookup: lookup } = options;
    this.id = `tsb:${client.url}${partition === undefined ? '' : `#${encodeURIComponent(partition)}`}`;
    const password = requestPassword(options);
    this.#parts = {
      id: this.id,
      client,
      style,
      lookup,
      password,
      names: new ApproverNames(),
      keys: new KnownKeys(client, (label) => password(label, false)),
      watcher: new Watcher({ clock: style.clock, list: () => client.requests.filter(['PENDING', 'APPROVED']) }),
      cancel: (id, call) => this.cancel(id, call),
    };
    const look =
      (kind: KeyOperation['kind']): Look =>
      (id) =>
        this.poll(id, { kind });
    this.#looks = { sign: look('sign'), decrypt: look('decrypt'), encrypt: look('encrypt') };
  }

  describeKey(ref: KeyRef, options: CallOptions = {}): Promise<KeyInfo> {
    return this.#parts.keys.describe(ref, options);
  }

  async begin(operation: KeyOperation, options: CallOptions = {}): Promise<BeginResult> {
    switch (operation.kind) {
      case 'sign':
        return this.#sign(operation, options);
      case 'decrypt':
        return this.#decrypt(operation, options);
      case 'encrypt':
        return this.#encrypt(operation, options);
      default:
        throw new SignError(
          'ERR_CAPABILITY_MISSING',
          `this backend cannot ${sanitizeText(String((operation as { readonly kind: unknown }).kind), 40)}`,
        );
    }
  }

  /** Asks people, or does it at once, as far as the rules of the key are known. */
  async #use(
    key: KeyRef,
    options: CallOptions,
    ask: (known: KnownKey) => Promise<string>,
    atOnce: (known: KnownKey) => Promise<Uint8Array>,
  ): Promise<BeginResult> {
    labelOf(key);
    const known = await this.#parts.keys.get(key, options);
    if (known.waits('ruleUse')) return { pending: await ask(known) };
    try {
      return { done: await atOnce(known) };
    } catch (error) {
      this.#parts.keys.forget(key);
      throw error;
    }
  }

  #sign(operation: SignOperation, options: CallOptions): Promise<BeginResult> {
    const { key, algorithm } = operation;
    // The API has one name for all ML-DSA sizes, and people should not be asked about what must fail in the end.
    const checked = ({ spec }: KnownKey) => {
      if (spec && !algorithmFitsKey(algorithm, spec))
        throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${spec}`);
    };
    return this.#use(
      key,
      options,
      async (known) => {
        checked(known);
        return this.#ask(this.client, operation, options);
      },
      async (known) => {
        checked(known);
        const password = await this.#parts.password(labelOf(key), false);
        const request = plainRequest(operation, password, this.#parts.style);
        return normalSignature(await this.client.sign.synchronous(request, options), algorithm);
      },
    );
  }

  #decrypt(operation: DecryptOperation, options: CallOptions): Promise<BeginResult> {
    const input = decryptInput(operation);
    return this.#use(
      operation.key,
      options,
      () => this.#ask(this.client, operation, options),
      async () => {
        const password = await this.#parts.password(input.label, false);
        return this.client.ciphers.decrypt.synchronous({ ...input, ...(password !== undefined && { password }) }, options);
      },
    );
  }

  async #encrypt({ key, algorithm, plaintext }: EncryptOperation, options: CallOptions): Promise<BeginResult> {
    const request = { label: labelOf(key), algorithm: cipherNameOf(algorithm), payload: plaintext };
    if (key.spkiSha256 !== undefined) {
      // Here, and to the very key that was pinned: between a look at the label and a call by it, the key could be exchanged (S7).
      const { spki, usages } = await this.describeKey(key, options);
      if (!usages.includes('encrypt'))
        throw new SignError('ERR_KEY_NOT_USABLE', 'the key may not decrypt what would be encrypted');
      return { done: encryptTo(publicKeyFromSpki(spki), algorithm, plaintext) };
    }
    return { done: (await this.client.ciphers.encrypt(request, options)).encryptedPayload };
  }

  /** Makes the request that people decide on. */
  async #ask(groups: TsbGroups, operation: SignOperation | DecryptOperation, options: CallOptions): Promise<string> {
    if (operation.kind === 'sign') {
      const password = await this.#parts.password(labelOf(operation.key), true);
      return groups.sign.asynchronous(await approvalRequest(operation, password, this.#parts.style), options);
    }
    const { key, facts, claims } = operation;
    const described = {
      ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
      ...(facts && { facts }),
      ...(claims && { claims }),
    };
    return askToDecrypt(groups, this.#parts, decryptInput(operation), described, options);
  }

  async poll(id: string, options: PollOptions = {}): Promise<RequestState> {
    const [kind, call] = lookOptions(options);
    return requestState(await this.client.requests.get(id, call), readers[kind], this.#parts.names);
  }

  watch(id: string, known: RequestState, options: PollOptions = {}): Promise<RequestState> {
    const [kind, call] = lookOptions(options);
    return this.#parts.watcher.watch(id, known, this.#looks[kind], call);
  }

  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.client.requests.cancel(id, options);
    } catch (error) {
      if (!SignError.is(error) || error.retryable) throw error;
      const { status } = await this.client.requests.get(id, options);
      if (status === 'PENDING' || status === 'APPROVED') throw error;
    }
  }

  async *candidates(options: CallOptions = {}): AsyncIterable<string> {
    for (const { id } of await this.client.requests.filter(undefined, options)) yield id;
  }

  async recognises(id: string, operation: KeyOperation, options: CallOptions = {}): Promise<boolean | undefined> {
    const { lookup } = this.#parts;
    if (!lookup || operation.kind === 'encrypt') return undefined;
    const found = await lookup.originalOf(id, options);
    const expected = found && (await wouldSend((groups) => this.#ask(groups, operation, options)));
    const kin = found && expected ? sameRequest(expected, found) : 'unknown';
    return kin === 'unknown' ? undefined : kin === 'ours';
  }

  async certificates(ref: KeyRef, options: CallOptions = {}): Promise<Uint8Array[]> {
    try {
      return await this.client.certificates.get(labelOf(ref), options);
    } catch (error) {
      if (SignError.is(error, 'ERR_NOT_FOUND') || SignError.is(error, 'ERR_KEY_NOT_FOUND')) return [];
      throw error;
    }
  }

  /** Keys with a public half, in the TSB's order. */
  async *listKeys(options: CallOptions = {}): AsyncIterable<KeyInfo> {
    for (const label of await this.client.keys.list(options)) {
      try {
        yield await this.describeKey({ label }, options);
      } catch (error) {
        const gone = SignError.is(error, 'ERR_KEY_NOT_FOUND') || SignError.is(error, 'ERR_KEY_NOT_USABLE');
        if (!gone) throw error;
      }
    }
  }

  async createKey(
    { label, spec, purpose = 'sign', policy }: TsbKeySpecRequest,
    options: CreateKeyOptions = {},
  ): Promise<KeyInfo> {
    const attributes = { sign: purpose === 'sign', decrypt: purpose === 'decrypt' };
    const password = await this.#parts.password(label, false);
    await this.client.keys.create({ label, spec, policy, attributes, ...(password !== undefined && { password }) }, options);
    const { allowUnprotectedModify: _, allowEndlessApprovals: __, allowSignAndDecrypt: ___, ...call } = options;
    return this.describeKey({ label }, call);
  }

  operations(options: TsbOperationsOptions = {}): TsbOperations {
    return tsbOperations(this.#parts, options);
  }

  orphans(store: PendingStore, options: CallOptions = {}): Promise<OrphanReport> {
    return orphansOf(this, store, options);
  }

  async close(): Promise<void> {
    this.#parts.watcher.close();
    await this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * A key backend over a TSB. Plain keys answer at once; keys with a policy get a request with the whole message, which people
 * approve.
 *
 * @throws SignError as `createTsbClient` does
 *
 * @example
 * ```ts
 * import { createTsbBackend } from '@securosys/tsb-client';
 * const backend = createTsbBackend({ url: 'http://localhost:8080', auth: { type: 'none' } });
 * const key = await backend.describeKey({ label: 'release-2026' });
 * console.log(key.spec, key.needsApproval);
 * await backend.close();
 * ```
 */
export function createTsbBackend(options: TsbBackendOptions): TsbBackend {
  return new Backend(options);
}
