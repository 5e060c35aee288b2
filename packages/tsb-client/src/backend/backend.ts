import {
  algorithmFitsKey,
  type BeginResult,
  type CallOptions,
  type KeyAssurance,
  type KeyBackend,
  type KeyInfo,
  type KeyOperation,
  type KeyRef,
  type KeySpec,
  type RequestState,
  SignError,
  type SignErrorCode,
} from '@securosys/core';
import type { TsbClient } from '../client/client.js';
import { keyInfoOf } from './describe.js';
import { openBackendClient, type TsbBackendOptions } from './options.js';
import { requestState } from './request-state.js';
import { approvalRequest, plainRequest, type RequestStyle } from './sign-request.js';
import { normalSignature } from './signature-bytes.js';

/** A `KeyBackend` over a TSB, with every optional call that a TSB can answer. */
export interface TsbBackend extends KeyBackend {
  readonly client: TsbClient;
  poll(id: string, options?: CallOptions): Promise<RequestState>;
  cancel(id: string, options?: CallOptions): Promise<void>;
  candidates(options?: CallOptions): AsyncIterable<string>;
  certificates(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  listKeys(options?: CallOptions): AsyncIterable<KeyInfo>;
}

/** Refusals that say "not with these credentials" rather than "not this". */
const notForUs = new Set<SignErrorCode>(['ERR_AUTHENTICATION', 'ERR_FORBIDDEN', 'ERR_CAPABILITY_MISSING']);
const undecided = new Set<RequestState['status']>(['pending', 'approved']);

/** What has to be known of a key before it is used. */
interface KnownKey {
  /** Whether a use has to wait. Only a hint for choosing the call: the TSB decides. */
  readonly waits: boolean;
  /** `undefined`: not known here, or none of ours. */
  readonly spec: KeySpec | undefined;
}

function labelOf(ref: KeyRef): string {
  if (!ref.label) throw new SignError('ERR_INVALID_ARGUMENT', 'a TSB knows its keys by label; the key reference has none');
  return ref.label;
}

class Backend implements TsbBackend {
  readonly id: string;
  readonly client: TsbClient;
  readonly #options: TsbBackendOptions;
  readonly #style: RequestStyle;
  readonly #close: () => Promise<void>;
  #assurance: Promise<KeyAssurance> | undefined;
  /** By label and pin. */
  readonly #known = new Map<string, KnownKey>();

  constructor(options: TsbBackendOptions) {
    const { client, clock, close } = openBackendClient(options);
    this.client = client;
    this.#close = close;
    this.#options = options;
    const { partition, signatureType = 'RAW', app, allowBlind = false } = options;
    this.#style = { signatureType, app, allowBlind, clock };
    this.id = `tsb:${client.url}${partition === undefined ? '' : `#${encodeURIComponent(partition)}`}`;
  }

  /** What the TSB says about itself; without the right to ask, nothing more than its word for the key is known. */
  async #assured(options: CallOptions): Promise<KeyAssurance> {
    this.#assurance ??= this.client.service.version(options).then(
      ({ Vendor = '' }) => (/emulated/i.test(Vendor) ? 'emulated' : 'self-reported'),
      (error: unknown) => {
        if (SignError.is(error) && notForUs.has(error.code)) return 'self-reported';
        this.#assurance = undefined;
        throw error;
      },
    );
    return this.#assurance;
  }

  async describeKey(ref: KeyRef, options: CallOptions = {}): Promise<KeyInfo> {
    const label = labelOf(ref);
    const password = await this.#options.keyPassword?.(label);
    const { json } = await this.client.keys.attributes(label, { ...options, ...(password !== undefined && { password }) });
    const info = keyInfoOf(ref, json, await this.#assured(options));
    const known = { waits: info.needsApproval !== false, spec: info.spec };
    for (const name of [ref, info.ref]) this.#known.set(this.#nameOf(name), known);
    return info;
  }

  #nameOf({ label, spkiSha256 }: KeyRef): string {
    return `${spkiSha256 ?? ''} ${label}`;
  }

  /** A credential that may not read attributes asks asynchronously: that form suits every key. */
  async #keyFor(ref: KeyRef, options: CallOptions): Promise<KnownKey> {
    const known = this.#known.get(this.#nameOf(ref));
    if (known) return known;
    try {
      const { needsApproval, spec } = await this.describeKey(ref, options);
      return { waits: needsApproval !== false, spec };
    } catch (error) {
      if (SignError.is(error) && notForUs.has(error.code)) return { waits: true, spec: undefined };
      throw error;
    }
  }

  async begin(operation: KeyOperation, options: CallOptions = {}): Promise<BeginResult> {
    if (operation.kind !== 'sign') throw new SignError('ERR_CAPABILITY_MISSING', 'this backend signs, and nothing else');
    const label = labelOf(operation.key);
    const password = await this.#options.keyPassword?.(label);
    const { waits, spec } = await this.#keyFor(operation.key, options);
    // The API has one name for all ML-DSA sizes, and people should not be asked about what must fail in the end.
    if (spec && !algorithmFitsKey(operation.algorithm, spec))
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${operation.algorithm} cannot be computed with a ${spec}`);
    if (waits) {
      if (password !== undefined && !this.#options.allowPasswordInRequest)
        throw new SignError(
          'ERR_INVALID_ARGUMENT',
          'approvers would see the key password; that needs the option allowPasswordInRequest',
        );
      const request = approvalRequest(operation, password, this.#style);
      return { pending: await this.client.sign.asynchronous(request, options) };
    }
    try {
      const signature = await this.client.sign.synchronous(plainRequest(operation, password, this.#style), options);
      return { done: normalSignature(signature, operation.algorithm) };
    } catch (error) {
      // The rules may have changed since they were read; the next attempt reads them again.
      this.#known.delete(this.#nameOf(operation.key));
      throw error;
    }
  }

  async poll(id: string, options: CallOptions = {}): Promise<RequestState> {
    return requestState(await this.client.requests.get(id, options));
  }

  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.client.requests.cancel(id, options);
    } catch (error) {
      if (!SignError.is(error) || error.retryable) throw error;
      const { status } = await this.poll(id, options);
      if (undecided.has(status)) throw error;
    }
  }

  async *candidates(options: CallOptions = {}): AsyncIterable<string> {
    for (const { id } of await this.client.requests.filter(undefined, options)) yield id;
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

  async close(): Promise<void> {
    await this.#close();
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
