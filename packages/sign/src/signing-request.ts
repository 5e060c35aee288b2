import {
  base64Bytes,
  base64Text,
  type CallOptions,
  type Claims,
  type Clock,
  type Descriptor,
  type Operation,
  type OperationState,
  type PendingStore,
  type Prepared,
  SignError,
  type Signer,
  type SigningFacts,
  type WaitOptions,
} from '@securosys/core';
import type { NotationSignature } from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import { imageFormat } from './image-formats.js';
import { type RequestRecord, recordKey, requestId, writeRecord } from './request-record.js';

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

export interface RequestParts {
  readonly record: RequestRecord;
  readonly prepared: Prepared<NotationSignature>;
  readonly signer: Signer;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly repository: Repository;
  readonly subject: Descriptor;
  readonly claims: Claims;
  /** Taken up from the store, maybe days after the image was looked up. */
  readonly resumed: boolean;
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
  readonly #parts: RequestParts;
  readonly #operations = new Map<string, Operation<Uint8Array>>();
  readonly id: string;
  /** People had time: what was true when the image was looked up has to be looked at again. */
  #waited: boolean;
  #attached: Promise<SignedImage> | undefined;

  /** @internal Use `signImage` or `resumeSigningRequest`. */
  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.id = requestId(parts.record.identity);
    this.#waited = parts.resumed;
  }

  /** What the bytes to be signed say, part by part. */
  get facts(): readonly SigningFacts[] {
    return this.#parts.prepared.parts.map((part) => part.facts);
  }

  /** As last seen; no I/O. */
  get state(): SigningRequestState {
    const parts = this.#parts.prepared.parts.map((part) => {
      const operation = this.#operations.get(part.id);
      const state: OperationState = operation?.state ?? { status: this.#parts.record.signatures ? 'executed' : 'pending' };
      return { id: part.id, facts: part.facts, ...state, ...(operation?.id !== undefined && { requestId: operation.id }) };
    });
    return { status: order.find((status) => parts.some((part) => part.status === status)) ?? 'pending', parts };
  }

  /** Writes the record, then begins or finds the request of each part. Safe to call again. */
  async submit(options: CallOptions = {}): Promise<SigningRequestState> {
    const { record, prepared, signer, store, claims } = this.#parts;
    if (record.signatures || this.#operations.size === prepared.parts.length) return this.state;
    const created = await store.put(recordKey(this.id), writeRecord(record), { ifAbsent: true });
    if (created && this.#parts.resumed) {
      await store.delete(recordKey(this.id));
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was completed or cancelled by somebody else`);
    }
    for (const part of prepared.parts) {
      if (this.#operations.has(part.id)) continue;
      const { algorithm, input, domain, facts } = part;
      this.#operations.set(part.id, await signer.begin({ algorithm, input, domain, facts, claims }, options));
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
   * `ERR_APPROVAL_EXPIRED`, `ERR_APPROVAL_CANCELLED`, `ERR_REQUEST_FAILED`, `ERR_REQUEST_STALE`, and those of the registry, after
   * which a second call attaches without asking anybody again
   */
  async complete(options: CompleteOptions = {}): Promise<SignedImage> {
    if (this.#attached) return this.#attached;
    const attached = this.#complete(options);
    this.#attached = attached;
    attached.catch(() => {
      this.#attached = undefined;
    });
    return attached;
  }

  async #complete(options: CompleteOptions): Promise<SignedImage> {
    try {
      return await this.#attach(await this.#signatures(options), options);
    } catch (error) {
      if (SignError.is(error) && decided.has(error.code)) await this.#parts.store.delete(recordKey(this.id));
      if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) throw error;
      throw new SignError('ERR_APPROVAL_PENDING', `signing request ${this.id} waits for approvals`, {
        cause: error,
        details: { ...error.details, brokerRequestId: error.details.requestId, requestId: this.id },
      });
    }
  }

  /** Withdraws the requests at the backend and forgets this signing request. */
  async cancel(options: CallOptions = {}): Promise<void> {
    await this.submit(options);
    for (const operation of this.#operations.values()) await operation.cancel(options);
    await this.#parts.store.delete(recordKey(this.id));
  }

  async #signatures(options: CompleteOptions): Promise<Record<string, Uint8Array>> {
    const { record, store, prepared } = this.#parts;
    const known = record.signatures;
    if (known) {
      this.#waited = true;
      return Object.fromEntries(prepared.parts.map(({ id }) => [id, base64Bytes(known[id] ?? '', 'stored signature')]));
    }
    const { approvalTimeoutMs, onProgress, ...call } = options;
    await this.submit(call);
    const wait: WaitOptions = {
      ...call,
      timeoutMs: approvalTimeoutMs ?? Number.POSITIVE_INFINITY,
      ...(onProgress && { onProgress }),
    };
    const signatures: Record<string, Uint8Array> = {};
    for (const [id, operation] of this.#operations) {
      this.#waited ||= operation.state.status !== 'executed';
      signatures[id] = await operation.result(wait);
    }
    const texts = Object.fromEntries(Object.entries(signatures).map(([id, bytes]) => [id, base64Text(bytes)]));
    await store.put(recordKey(this.id), writeRecord({ ...record, signatures: texts }));
    for (const operation of this.#operations.values()) await operation.release();
    return signatures;
  }

  async #attach(signatures: Record<string, Uint8Array>, options: CallOptions): Promise<SignedImage> {
    const { prepared, record, clock, repository, subject, store } = this.#parts;
    const { signal, logger, timeoutMs } = options;
    const call: CallOptions = {
      ...(signal && { signal }),
      ...(logger && { logger }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
    const { format, publish } = imageFormat(record.identity.format);
    let artifact = prepared.assemble(signatures);
    if (format.finish) artifact = await format.finish(artifact, { clock, ...(signal && { signal }) });
    const stale = format.check?.(artifact, clock.now());
    if (stale) this.#stale(stale.code, stale.reason);
    if (this.#waited && record.tag !== undefined) {
      const { descriptor } = await repository.resolve(record.tag, call);
      if (descriptor.digest !== subject.digest) this.#stale('subject-changed', `the tag '${record.tag}' names another image now`);
    }
    const signature = await publish(repository, artifact, subject, call);
    await store.delete(recordKey(this.id));
    return { reference: record.identity.reference, subject, signature, requestId: this.id };
  }

  #stale(reason: string, sentence: string): never {
    throw new SignError('ERR_REQUEST_STALE', `not attached: ${sentence}`, { details: { requestId: this.id, reason } });
  }
}
