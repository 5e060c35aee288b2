import type { CallOptions, Clock, Guard, KeyBackend, PendingStore, Timestamper } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import type { SigningFormat } from '../formats/signing-format.js';
import type { DecryptSettings } from './decrypt-item.js';

/** What taking up a signing request needs. */
export interface ResumeOptions extends CallOptions {
  /** The backend whose keys sign. */
  backend?: KeyBackend;
  /** The same, where items have keys of several backends. */
  backends?: readonly KeyBackend[];
  /** The store that the request was made with. */
  store: PendingStore;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  /** Judge again, at submit and at complete. */
  guards?: readonly Guard[];
  /** Where may be published, as for `prepareSigningRequest`. Default: everywhere. */
  targets?: readonly string[];
  /** Needed for requests that were made with one. */
  timestamper?: Timestamper;
  /** Certificate chains of the keys, DER, leaf first, for `reprepare`. Default: those that the backend stores. */
  chains?: readonly (readonly Uint8Array[])[];
  /** Blobs without a Notary envelope are of no known format: signing them needs a right of its own (S9), as for `createSigner`. */
  allowOpaque?: boolean;
  /** Formats of your own that items may be in. */
  formats?: readonly SigningFormat[];
  /** Who opens encrypted images and whom to believe; needed where an item decrypts one. */
  decrypt?: DecryptSettings;
  /** Of a request file: the keys, one of which must have signed it, as SubjectPublicKeyInfo DER. */
  requester?: Uint8Array | readonly Uint8Array[];
  /** Of a request file: SHA-256 of its bytes, 64 lower-case hex characters, from somewhere that whoever alters the file cannot reach. */
  fileSha256?: string;
  clock?: Clock;
}

export const resumeNames = [
  'backend',
  'backends',
  'store',
  'oci',
  'guards',
  'targets',
  'timestamper',
  'chains',
  'allowOpaque',
  'formats',
  'decrypt',
  'requester',
  'fileSha256',
  'clock',
  'signal',
  'timeoutMs',
  'logger',
];

/** What taking up a signing request of `signBlob` needs in Notary Project formats. */
export interface ResumeBlobOptions extends CallOptions {
  backend: KeyBackend;
  /** The store that the request was made with. */
  store: PendingStore;
  guards?: readonly Guard[];
  /** Needed for requests that were made with one. */
  timestamper?: Timestamper;
  clock?: Clock;
}

/** What taking up a signing request of `signBlob` needs that makes a cosign signature. */
export interface ResumeCosignBlobOptions extends ResumeBlobOptions {
  format: 'cosign';
  /** A blob is of no known format, so that signing it needs a right of its own (S9), as for `createSigner`. */
  allowOpaque?: boolean;
}

export const resumeBlobNames = ['backend', 'store', 'guards', 'timestamper', 'clock', 'signal', 'timeoutMs', 'logger'];
