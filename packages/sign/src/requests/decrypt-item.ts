import { type CallOptions, type JsonObject, type PendingStore, SignError } from '@securosys/core';
import { formatReference, type Oci, parseReference } from '@securosys/oci';
import type { Opener } from '@securosys/ocicrypt';
import { type DecryptImageOptions, decryptImage } from '../encryption/decrypt-image.js';
import { type DecryptRecord, decryptId, readDecryptRecord, writeDecryptRecord } from './decrypt-record.js';
import type { ItemProblem } from './item-status.js';
import { recordKey } from './request-record.js';
import type { CompleteOptions } from './request-state.js';
import type { CompletedItem, RequestItem, RequestItemStatus } from './request-types.js';
import type { WorkItem } from './work-item.js';

/** Who opens an image, and whom to believe that it is the right one: it comes from who prepares or takes up, and is kept nowhere. */
export type DecryptSettings = Pick<
  DecryptImageOptions,
  'trust' | 'openers' | 'manifests' | 'requireEncrypted' | 'maxUnpackedBytes' | 'parallel' | 'clock'
>;

/** What makes an item of a decryption. */
export interface DecryptParts {
  readonly record: DecryptRecord;
  readonly store: PendingStore;
  readonly oci: Oci;
  readonly settings: DecryptSettings;
  readonly origin: 'new' | 'stored' | 'file';
}

/** The key may be used: nothing more was to be found out. */
class Granted extends Error {}

/** Openers whose keys' guards are asked, and nobody else. */
function judging(openers: readonly Opener[]): readonly Opener[] {
  const insteadOfKey = (): never => {
    throw new Granted('the guards agree');
  };
  return openers.map((opener) => ({
    scheme: opener.scheme,
    judges: true,
    startImage: (image) => opener.startImage({ ...image, insteadOfKey }),
  }));
}

/** Openers that ask, and go no further than to the answer. */
function asking(openers: readonly Opener[]): readonly Opener[] {
  return openers.map((opener) => ({
    scheme: opener.scheme,
    startImage(image) {
      const reader = opener.startImage(image);
      return {
        async unwrap(packet, layer, options): Promise<never> {
          await reader.unwrap(packet, layer, options);
          throw new Granted('the key may be used');
        },
        close: () => reader.close(),
      };
    },
  }));
}

/** The repository of an image: the one that a decrypted image is written to, or the one that it comes from. */
export function decryptTarget(image: string): string {
  const { tag: _, digest: __, ...repository } = parseReference(image);
  return formatReference(repository);
}

/** An image that is decrypted, as an item of a request. Its result is given to the run that opens it and to no other (S14). */
export class DecryptItem implements WorkItem {
  readonly id: string;
  readonly waited = false;
  readonly payloads: readonly string[] = [];
  readonly #parts: DecryptParts;
  #record: DecryptRecord;
  #done: CompletedItem | undefined;
  #status: RequestItemStatus;
  #problem: ItemProblem | undefined;
  #filed: boolean;
  #options: CompleteOptions = {};

  constructor(parts: DecryptParts) {
    this.#parts = parts;
    this.#record = parts.record;
    this.id = decryptId(parts.record.identity);
    this.#status = parts.record.asked ? 'pending' : 'prepared';
    this.#filed = parts.origin === 'stored';
    if (parts.record.done) this.#finish();
  }

  get nonce(): string {
    return this.#record.nonce;
  }

  get done(): CompletedItem | undefined {
    return this.#done;
  }

  get ended(): undefined {
    return undefined;
  }

  get repositories(): readonly string[] {
    return [decryptTarget(this.#record.identity.to)];
  }

  get opened(): readonly string[] {
    return [decryptTarget(this.#record.identity.reference)];
  }

  view(): RequestItem {
    const { identity, claims } = this.#record;
    const { reference, tag, to } = identity;
    return {
      id: this.id,
      kind: 'decrypt',
      format: 'ocicrypt',
      reference,
      ...(tag !== undefined && { tag }),
      to,
      facts: [],
      claims,
      status: this.#done ? 'published' : (this.#problem?.status ?? this.#status),
      ...(!this.#done && this.#problem && { code: this.#problem.code, reason: this.#problem.reason }),
      parts: [],
    };
  }

  note(problem: ItemProblem | undefined): void {
    this.#problem = problem;
  }

  /** The openers ask for their keys themselves. */
  bind(): void {}

  /** By the first use of a key that the image needs; its trust is looked at before. Openers that cannot be asked so are asked when they open. */
  async judge(call: CallOptions): Promise<void> {
    const { openers } = this.#parts.settings;
    if (this.#done || !openers.every(({ judges }) => judges)) return;
    try {
      await this.#decrypt({ ...call, approvalTimeoutMs: 0 }, judging(openers));
    } catch (error) {
      if (!(error instanceof Granted)) throw error;
    }
  }

  async file(): Promise<void> {
    if (this.#filed) return;
    const { store } = this.#parts;
    const key = recordKey(this.id);
    if (!(await store.put(key, writeDecryptRecord(this.#record), { ifAbsent: true }))) {
      const known = await store.get(key);
      if (known) this.#record = readDecryptRecord(known, this.id);
      if (this.#record.done) this.#finish();
    }
    this.#filed = true;
  }

  /** Asks once: what people granted is taken by who completes. */
  async submit(call: CallOptions): Promise<void> {
    if (this.#record.asked) return;
    try {
      await this.#decrypt({ ...call, approvalTimeoutMs: 0 }, asking(this.#parts.settings.openers));
    } catch (error) {
      if (error instanceof Granted) this.#status = 'approved';
      else if (SignError.is(error, 'ERR_APPROVAL_PENDING')) this.#status = 'pending';
      else throw error;
    }
    this.#problem = undefined;
    await this.#write({ ...this.#record, asked: true });
  }

  /** Looking would take what people granted. */
  async look(): Promise<void> {}

  async wait(options: CompleteOptions): Promise<void> {
    this.#options = options;
  }

  suspect(): void {}

  async make(): Promise<void> {
    const known = await this.#parts.store.get(recordKey(this.id));
    if (!known)
      throw new SignError('ERR_REQUEST_NOT_FOUND', `decryption ${this.id} was ended by somebody else`, {
        details: { requestId: this.id },
      });
    if (readDecryptRecord(known, this.id).done) this.#finish();
  }

  async give(call: CallOptions): Promise<void> {
    if (this.#done) return;
    const { approvalTimeoutMs = Number.POSITIVE_INFINITY } = this.#options;
    const decrypted = await this.#decrypt({ ...call, approvalTimeoutMs }, this.#parts.settings.openers);
    await this.#write({ ...this.#record, done: true });
    this.#done = { kind: 'decrypt', id: this.id, to: this.#record.identity.to, decrypted };
  }

  async recover(): Promise<void> {}

  async end(): Promise<void> {
    await this.forget();
  }

  async forget(): Promise<void> {
    await this.#parts.store.delete(recordKey(this.id), { ifNonce: this.#record.nonce });
  }

  async withdraw(): Promise<void> {
    await this.forget();
  }

  async renew(): Promise<WorkItem> {
    const { asked: _, done: __, ...record } = this.#record;
    return new DecryptItem({ ...this.#parts, record, origin: 'new' });
  }

  toJSON(): JsonObject {
    const { asked: _, done: __, ...record } = this.#record;
    return writeDecryptRecord(record);
  }

  #decrypt(call: CompleteOptions, openers: readonly Opener[]) {
    const { oci, settings } = this.#parts;
    const { reference, to, platforms } = this.#record.identity;
    const { onProgress } = this.#options;
    const { onProgress: _, ...waiting } = call;
    return decryptImage(reference, {
      ...settings,
      ...waiting,
      oci,
      to,
      openers,
      claims: this.#record.claims,
      ...(platforms && { platforms }),
      ...(onProgress && { onApproval: onProgress }),
    });
  }

  async #write(record: DecryptRecord): Promise<void> {
    this.#record = record;
    await this.#parts.store.put(recordKey(this.id), writeDecryptRecord(record), { ifNonce: record.nonce });
  }

  #finish(): void {
    this.#done = { kind: 'decrypt', id: this.id, to: this.#record.identity.to };
  }
}
