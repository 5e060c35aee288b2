import {
  type BeginResult,
  type CallOptions,
  type KeyInfo,
  type KeyOperation,
  type KeyRef,
  type PendingStore,
  type PollOptions,
  type RequestState,
  SignError,
  type SymmetricKeyInfo,
  type SymmetricKeyRequest,
} from '@securosys/core';
import type { TsbClient } from '../client/client.js';
import type { CreateKeyOptions } from '../client/new-key.js';
import { type TsbOperations, type TsbOperationsOptions, tsbOperations } from '../operations/operations.js';
import type { Look } from '../watch/waiters.js';
import { Watcher } from '../watch/watcher.js';
import { ApproverNames } from './approver-names.js';
import { KnownKeys, labelOf } from './known-keys.js';
import { openBackendClient, type TsbBackendOptions } from './options.js';
import type { OrphanReport } from './orphans.js';
import type { BackendParts } from './parts.js';
import { requestPassword } from './request-password.js';
import { requestState } from './request-state.js';
import { plaintextResult, type ResultReader, signatureResult } from './results.js';
import { describeSymmetric } from './symmetric-key.js';
import type { TsbBackend, TsbKeySpecRequest } from './tsb-backend.js';
import { beginUse } from './use-key.js';

const readers: Readonly<Record<KeyOperation['kind'], ResultReader>> = {
  sign: signatureResult,
  decrypt: plaintextResult,
  encrypt: plaintextResult,
  derive: plaintextResult,
  seal: plaintextResult,
  open: plaintextResult,
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
    const { partition, requestLookup: lookup, askAssurance = true } = options;
    this.id = `tsb:${client.url}${partition === undefined ? '' : `#${encodeURIComponent(partition)}`}`;
    const password = requestPassword(options);
    this.#parts = {
      id: this.id,
      client,
      style,
      lookup,
      password,
      names: new ApproverNames(),
      keys: new KnownKeys(client, (label) => password(label, false), askAssurance),
      watcher: new Watcher({ clock: style.clock, list: () => client.requests.filter(['PENDING', 'APPROVED']) }),
      cancel: (id, call) => this.cancel(id, call),
    };
    const look =
      (kind: KeyOperation['kind']): Look =>
      (id) =>
        this.poll(id, { kind });
    const [sign, decrypt, encrypt, derive] = [look('sign'), look('decrypt'), look('encrypt'), look('derive')];
    this.#looks = { sign, decrypt, encrypt, derive, seal: look('seal'), open: look('open') };
  }

  describeKey(ref: KeyRef, options: CallOptions = {}): Promise<KeyInfo> {
    return this.#parts.keys.describe(ref, options);
  }

  async begin(operation: KeyOperation, options: CallOptions = {}): Promise<BeginResult> {
    return beginUse(this.#parts, operation, options);
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
    if (!lookup || operation.kind === 'encrypt' || operation.kind === 'derive' || operation.kind === 'seal') return undefined;
    const { recognise } = await import('./recognise.js');
    return recognise(this.#parts, lookup, id, operation, options);
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
    if (purpose === 'derive')
      throw new SignError('ERR_CAPABILITY_MISSING', 'this backend does not derive, so it makes no keys for it');
    const attributes = { sign: purpose === 'sign', decrypt: purpose === 'decrypt' };
    const password = await this.#parts.password(label, false);
    await this.client.keys.create({ label, spec, policy, attributes, ...(password !== undefined && { password }) }, options);
    const { allowUnprotectedModify: _, allowEndlessApprovals: __, allowSignAndDecrypt: ___, ...call } = options;
    return this.describeKey({ label }, call);
  }

  async describeSymmetricKey(ref: KeyRef, options: CallOptions = {}): Promise<SymmetricKeyInfo> {
    return describeSymmetric(this.#parts, ref, options);
  }

  async createSymmetricKey({ label }: SymmetricKeyRequest, options: CallOptions = {}): Promise<SymmetricKeyInfo> {
    const attributes = { sign: false, decrypt: true, encrypt: true };
    const password = await this.#parts.password(label, false);
    const key = { label, algorithm: 'AES', keySize: 256, policy: null, attributes } as const;
    await this.client.keys.create({ ...key, ...(password !== undefined && { password }) }, options);
    return this.describeSymmetricKey({ label }, options);
  }

  operations(options: TsbOperationsOptions = {}): TsbOperations {
    return tsbOperations(this.#parts, options);
  }

  async orphans(store: PendingStore, options: CallOptions = {}): Promise<OrphanReport> {
    const { orphansOf } = await import('./orphans.js');
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
