import {
  type CallOptions,
  type Clock,
  type Descriptor,
  knownOptions,
  type Operation,
  type OperationState,
  type PendingStore,
  SignError,
  type Signer,
  type SigningFacts,
  type WaitOptions,
} from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { imageFormat } from './image-formats.js';
import { recordKey, requestId, writeRecord } from './request-record.js';
import { type TakenUp, takeUp } from './take-up.js';

/** An image and the signature that is now attached to it. */
export interface SignedImage {
  /** `repository@digest` of the image that was signed. */
  readonly reference: string;
  /** Media type, digest and size of the image. */
  readonly subject: Descriptor;
  /** Descriptor of the signature's manifest, attached to the image. */
  readonly signature: Descriptor;
  /** Id of the signing request that this was. */
  readonly requestId: string;
}

/** How long and how visibly `complete` waits. Aborting `signal` stops the waiting only. */
export interface CompleteOptions extends CallOptions {
  /** How long to wait for people, in milliseconds. Default: until they have decided. */
  approvalTimeoutMs?: number;
  /** Called after every look at a request. */
  onProgress?: (state: OperationState) => void;
}

/** Where a signing request stands, over all its parts. */
export interface SigningRequestState {
  readonly status: OperationState['status'];
  /** By part: a format may need several signatures for one artifact. */
  readonly parts: readonly (OperationState & {
    readonly id: string;
    readonly requestId?: string;
    readonly facts: SigningFacts;
  })[];
}

export interface RequestParts extends TakenUp {
  readonly signer: Signer;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly repository: Repository;
  /** Found in the store: it may be days old, and somebody else may end it meanwhile. */
  readonly stored: boolean;
}

const order: readonly OperationState['status'][] = [
  'failed',
  'rejected',
  'expired',
  'cancelled',
  'pending',
  'approved',
  'executed',
];
const decided = new Set([
  'ERR_APPROVAL_REJECTED',
  'ERR_APPROVAL_EXPIRED',
  'ERR_APPROVAL_CANCELLED',
  'ERR_REQUEST_FAILED',
  'ERR_REQUEST_STALE',
]);

/** One image, one format, one key: from prepared bytes to the attached signature, over as many processes as people need days. */
export class SigningRequest {
  readonly id: string;
  readonly #parts: RequestParts;
  /** What the store holds: another run may have been first with the same request. */
  #taken: TakenUp;
  readonly #operations = new Map<string, Operation<Uint8Array>>();
  /** People had time: what was true when the image was looked up has to be looked at again. */
  #waited: boolean;
  #attached: Promise<SignedImage> | undefined;

  /** @internal Use `signImage` or `resumeSigningRequest`. */
  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.#taken = parts;
    this.#waited = parts.stored;
    this.id = requestId(parts.record.identity);
  }

  /** What the bytes to be signed say, part by part. */
  get facts(): readonly SigningFacts[] {
    return this.#taken.prepared.parts.map((part) => part.facts);
  }

  /** As last seen; no I/O. */
  get state(): SigningRequestState {
    const parts = this.#taken.prepared.parts.map((part) => {
      const operation = this.#operations.get(part.id);
      const state: OperationState = operation?.state ?? { status: 'pending' };
      return { id: part.id, facts: part.facts, ...state, ...(operation?.id !== undefined && { requestId: operation.id }) };
    });
    return { status: order.find((status) => parts.some((part) => part.status === status)) ?? 'pending', parts };
  }

  /**
   * Writes the record, then begins or finds the request of each part. Safe to call again.
   * @throws SignError `ERR_REQUEST_NOT_FOUND` when somebody else has ended this request, and those of `Signer.begin`
   */
  async submit(options: CallOptions = {}): Promise<SigningRequestState> {
    if (this.#operations.size === 0) await this.#file();
    const { signer } = this.#parts;
    const { claims } = this.#taken.record;
    for (const { id, algorithm, input, domain, facts } of this.#taken.prepared.parts) {
      if (this.#operations.has(id)) continue;
      this.#operations.set(id, await signer.begin({ algorithm, input, domain, facts, claims }, options));
    }
    return this.state;
  }

  /** One look at every request, no waiting. */
  async refresh(options: CallOptions = {}): Promise<SigningRequestState> {
    await this.submit(options);
    for (const operation of this.#operations.values()) await operation.refresh(options);
    return this.state;
  }

  /**
   * Waits for the signatures, checks that what was asked is still true, assembles and attaches. Doing it twice attaches once.
   * @throws SignError `ERR_APPROVAL_PENDING` with `details.requestId` (of this signing request), `ERR_APPROVAL_REJECTED`,
   * `ERR_APPROVAL_EXPIRED`, `ERR_APPROVAL_CANCELLED`, `ERR_REQUEST_FAILED`, `ERR_REQUEST_STALE`, `ERR_REQUEST_NOT_FOUND`, and those of
   * the registry, after which a second call attaches without asking anybody again
   */
  async complete(options: CompleteOptions = {}): Promise<SignedImage> {
    knownOptions('complete', options, ['approvalTimeoutMs', 'onProgress', 'signal', 'timeoutMs', 'logger']);
    if (this.#attached) return this.#attached;
    const attached = this.#complete(options);
    this.#attached = attached;
    attached.catch(() => {
      this.#attached = undefined;
    });
    return attached;
  }

  /** Withdraws the requests at the backend and forgets this signing request. */
  async cancel(options: CallOptions = {}): Promise<void> {
    await this.submit(options);
    for (const operation of this.#operations.values()) await operation.cancel(options);
    await this.#forget();
  }

  /** Writes the record, or takes up the one that another run has written for the same thing: its bytes are the ones people decide on. */
  async #file(): Promise<void> {
    const { store, stored } = this.#parts;
    const key = recordKey(this.id);
    const { record } = this.#taken;
    if (!stored && (await store.put(key, writeRecord(record), { ifAbsent: true }))) return;
    const found = await store.get(key);
    if (!found || (stored && found.nonce !== record.nonce))
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was completed or cancelled by somebody else`, {
        details: { requestId: this.id },
      });
    this.#taken = takeUp(found, this.id);
  }

  async #complete(options: CompleteOptions): Promise<SignedImage> {
    const { approvalTimeoutMs = Number.POSITIVE_INFINITY, onProgress, ...call } = options;
    try {
      await this.submit(call);
      const signatures: Record<string, Uint8Array> = {};
      for (const [id, operation] of this.#operations) {
        this.#waited ||= operation.state.status !== 'executed';
        const wait: WaitOptions = { ...call, timeoutMs: approvalTimeoutMs, ...(onProgress && { onProgress }) };
        signatures[id] = await operation.result(wait);
      }
      const signed = await this.#attach(signatures, call);
      await this.#forget();
      return signed;
    } catch (error) {
      if (SignError.is(error) && decided.has(error.code)) await this.#forget();
      if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) throw error;
      throw new SignError('ERR_APPROVAL_PENDING', `signing request ${this.id} waits for approvals`, {
        cause: error,
        details: { ...error.details, brokerRequestId: error.details.requestId, requestId: this.id },
      });
    }
  }

  async #attach(signatures: Record<string, Uint8Array>, call: CallOptions): Promise<SignedImage> {
    const { clock, repository } = this.#parts;
    const { record, prepared, subject } = this.#taken;
    const { format, publish } = imageFormat(record.identity.format);
    let artifact = prepared.assemble(signatures);
    if (format.finish) artifact = await format.finish(artifact, { clock, ...(call.signal && { signal: call.signal }) });
    const stale = format.check?.(artifact, clock.now());
    if (stale) this.#stale(stale.code, stale.reason);
    const { tag, reference } = record.identity;
    if (this.#waited && tag !== undefined) {
      const { descriptor } = await repository.resolve(tag, call);
      if (descriptor.digest !== subject.digest) this.#stale('subject-changed', `the tag '${tag}' names another image now`);
    }
    const signature = await publish(repository, artifact, subject, call);
    return { reference, subject, signature, requestId: this.id };
  }

  /** The record goes first: without it nobody takes this request up again, while what approvals have earned is still there. */
  async #forget(): Promise<void> {
    await this.#parts.store.delete(recordKey(this.id), { ifNonce: this.#taken.record.nonce });
    for (const operation of this.#operations.values()) await operation.release();
  }

  #stale(reason: string, sentence: string): never {
    throw new SignError('ERR_REQUEST_STALE', `not attached: ${sentence}`, { details: { requestId: this.id, reason } });
  }
}
