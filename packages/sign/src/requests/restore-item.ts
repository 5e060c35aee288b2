import {
  base64Bytes,
  type CallOptions,
  type Clock,
  createSigner,
  equalBytes,
  type Guard,
  invalidArgument,
  type JsonObject,
  type KeyBackend,
  type PendingStore,
  SignError,
  type Signer,
  sha256Hex,
  type Timestamper,
} from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { parseCertificate } from '@securosys/pki';
import type { RequestFormat } from '../formats/image-format.js';
import type { FormatTable } from '../image-formats.js';
import { blobTarget } from '../sign-blob.js';
import { cosignBlobTarget } from '../sign-cosign-blob.js';
import { blobItem, manifestItem } from './course-items.js';
import { DecryptItem, type DecryptSettings } from './decrypt-item.js';
import { isDecryptRecord, readDecryptRecord } from './decrypt-record.js';
import { RequestCourse } from './request-course.js';
import type { RequestIdentity } from './request-identity.js';
import { manifestTarget, type RequestTarget } from './request-target.js';
import { type TakenUp, takeUp } from './take-up.js';
import type { WorkItem } from './work-item.js';

/** What items are restored with: nothing of it comes from what is restored. */
export interface Restoring {
  readonly backends: readonly KeyBackend[];
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly oci: Oci;
  readonly formats: FormatTable;
  readonly guards: readonly Guard[] | undefined;
  readonly timestamper: Timestamper | undefined;
  readonly chains: readonly (readonly Uint8Array[])[];
  readonly allowOpaque: boolean | undefined;
  /** Who opens encrypted images; needed where one is to be decrypted. */
  readonly decrypt: DecryptSettings | undefined;
}

/** How an item came here. */
export interface Arrival {
  readonly origin: 'stored' | 'file';
  readonly submitted: boolean;
  readonly alone: boolean;
}

/** Makes signers for the keys that items name, one for each key and format. */
export class ItemRestorer {
  readonly #with: Restoring;
  readonly #signers = new Map<string, Signer>();

  constructor(restoring: Restoring) {
    this.#with = restoring;
  }

  /** @throws SignError `ERR_MALFORMED`, `ERR_INVALID_ARGUMENT` for a backend that was not given */
  item(json: JsonObject, id: string, arrival: Arrival): WorkItem {
    const { clock, formats, oci } = this.#with;
    if (isDecryptRecord(json)) return this.#decryption(json, id, arrival);
    const taken = takeUp(json, id, clock.now(), formats);
    const { identity } = taken.record;
    if (!identity.blob) return manifestItem(this.#course(taken, arrival, manifestTarget(oci, clock, identity, formats)), arrival);
    if (identity.format === 'cosign-blob') return blobItem(this.#course(taken, arrival, cosignBlobTarget(identity)), arrival);
    return blobItem(this.#course(taken, arrival, blobTarget(identity)), arrival);
  }

  /**
   * Of an item of a request file that nobody vouches for the certificates must be those of the key here: no chain is taken from a file (S30).
   * @throws SignError `ERR_CHAIN_INVALID`, those of the backend, and as {@link ItemRestorer.item}
   */
  async assertOwnChain(json: JsonObject, id: string, call: CallOptions): Promise<void> {
    if (isDecryptRecord(json)) return;
    const { record, prepared } = takeUp(json, id, this.#with.clock.now(), this.#with.formats);
    const filed = this.#with.formats.request(record.identity.format)?.chain?.(prepared);
    if (!filed) return;
    const own = await this.#signer(record.identity).chain(call);
    if (own.length !== filed.length || !own.every((der, at) => equalBytes(der, filed[at] as Uint8Array)))
      throw new SignError(
        'ERR_CHAIN_INVALID',
        'the certificates in this request file are not those of the key: give its chain in chains',
        {
          details: { rule: 'chain-foreign' },
        },
      );
  }

  #decryption(json: JsonObject, id: string, { origin }: Arrival): WorkItem {
    const { store, oci, clock, decrypt: settings } = this.#with;
    if (!settings) return invalidArgument('this signing request decrypts an image: give decrypt: { trust, openers }');
    const record = readDecryptRecord(json, id);
    return new DecryptItem({ record, store, oci, settings: { clock, ...settings }, origin });
  }

  /** The request of one item. */
  course<T>(json: JsonObject, id: string, targetOf: (identity: RequestIdentity) => RequestTarget<T>): RequestCourse<T> {
    const taken = takeUp(json, id, this.#with.clock.now(), this.#with.formats);
    return this.#course(taken, { origin: 'stored' }, targetOf(taken.record.identity));
  }

  #course<T>(taken: TakenUp, { origin }: Pick<Arrival, 'origin'>, target: RequestTarget<T>): RequestCourse<T> {
    const { store, clock, timestamper, formats } = this.#with;
    const { identity } = taken.record;
    const signer = this.#signer(identity);
    if (identity.timestamped && !timestamper) invalidArgument('this signing request demands a timestamp: give the timestamper');
    return new RequestCourse({ ...taken, signer, store, clock, target, timestamper, formats, origin });
  }

  #signer({ backend: backendId, spki, keyLabel, format: formatId }: RequestIdentity): Signer {
    const { backends, store, clock, guards, formats, chains, allowOpaque } = this.#with;
    const name = JSON.stringify([backendId, spki, keyLabel, formatId]);
    const known = this.#signers.get(name);
    if (known) return known;
    const backend = backends.find(({ id }) => id === backendId);
    if (!backend) return invalidArgument('this signing request belongs to another backend');
    const publicKey = base64Bytes(spki, 'public key');
    const key = { spkiSha256: sha256Hex(publicKey), ...(keyLabel !== undefined && { label: keyLabel }) };
    const { format } = formats.request(formatId) as RequestFormat;
    const chain = chains.find(([leaf]) => leaf && equalBytes(parseCertificate(leaf).spki, publicKey));
    const signer = createSigner(backend, key, {
      publicKey,
      store,
      clock,
      formats: [format],
      ...(chain && { chain: [...chain] }),
      ...(guards && { guards }),
      ...(allowOpaque !== undefined && { allowOpaque }),
    });
    this.#signers.set(name, signer);
    return signer;
  }
}
