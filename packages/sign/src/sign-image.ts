import {
  base64Text,
  type CallOptions,
  type Claims,
  type Clock,
  hexText,
  invalidArgument,
  knownOptions,
  nodeCrypto,
  type PendingStore,
  SignError,
  type Signer,
} from '@securosys/core';
import { createOci, type Oci, parseReference } from '@securosys/oci';
import { durationSeconds } from './duration.js';
import { type ImageFormatId, imageFormat } from './image-formats.js';
import { type RequestIdentity, recordKey, requestId } from './request-record.js';
import { type SignedImage, SigningRequest } from './signing-request.js';
import { takeUp } from './take-up.js';

export type { SignedImage } from './signing-request.js';

/** How an image is signed. */
export interface SignImageOptions extends CallOptions {
  signer: Signer;
  format: ImageFormatId;
  /** How long the signature is valid, from now: `90d`, `12h`, `30m`, `45s`. Default: for ever. */
  expiry?: string;
  /** Signed with the image; a verifier can demand them. */
  annotations?: Readonly<Record<string, string>>;
  /** Told to approvers, marked as claims: commit, build URL, reason. */
  claims?: Claims;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  /** Where the signing request is kept until it is attached. Default: the signer's store. */
  store?: PendingStore;
  /** How long to wait for people, in milliseconds. Default 0: throw `ERR_APPROVAL_PENDING` and come back. */
  approvalTimeoutMs?: number;
  /** Default: the signer's. */
  clock?: Clock;
}

const optionNames = [
  'signer',
  'format',
  'expiry',
  'annotations',
  'claims',
  'oci',
  'store',
  'approvalTimeoutMs',
  'clock',
  'signal',
  'timeoutMs',
  'logger',
];

/**
 * Signs the image that a reference names now, and attaches the signature to it.
 *
 * Underneath it is a signing request with one item. While people decide it throws `ERR_APPROVAL_PENDING` with `details.requestId`;
 * call it again with the same arguments, or `resumeSigningRequest` in another process, and the same request continues.
 *
 * @example
 * ```ts
 * import { connectMemory, createSigner, signImage } from '@securosys/sign';
 * const backend = connectMemory();
 * declare const chain: Uint8Array[]; // DER, leaf first
 * const signer = createSigner(backend, { label: 'release' }, { chain });
 * const signed = await signImage('registry.example/app:1.4', { signer, format: 'notation-jws', expiry: '90d' });
 * console.log(signed.reference); // registry.example/app@sha256:…
 * ```
 * @throws SignError `ERR_APPROVAL_PENDING`; `ERR_CHAIN_INVALID` when the key has no certificate chain that the format takes; those of
 * {@link SigningRequest.complete}, of the signer, the backend and the registry
 */
export async function signImage(reference: string, options: SignImageOptions): Promise<SignedImage> {
  knownOptions('signImage', options, optionNames);
  if (typeof options.signer?.begin !== 'function') invalidArgument('signImage needs a signer: createSigner(backend, { label })');
  const { approvalTimeoutMs = 0 } = options;
  const request = await prepareImage(reference, options);
  return request.complete({ ...callOf(options), approvalTimeoutMs });
}

async function prepareImage(reference: string, options: SignImageOptions): Promise<SigningRequest> {
  const { signer, clock = signer.clock, store = signer.store, oci = createOci(), annotations } = options;
  const call = callOf(options);
  const expirySeconds = options.expiry === undefined ? undefined : durationSeconds(options.expiry);
  const { format } = imageFormat(options.format);
  const parsed = parseReference(reference);
  const repository = oci.open(parsed);
  const image = await repository.resolve(undefined, call);
  const key = await signer.describe(call);
  const identity: RequestIdentity = {
    reference: image.reference,
    ...(parsed.digest === undefined && parsed.tag !== undefined && { tag: parsed.tag }),
    format: options.format,
    backend: signer.backend.id,
    spki: base64Text(key.spki),
    ...(key.ref.label !== undefined && { keyLabel: key.ref.label }),
    ...(expirySeconds !== undefined && { expirySeconds }),
    ...(annotations && { annotations: { ...annotations } }),
  };
  const claims = { image: reference, ...options.claims };
  const id = requestId(identity);
  const stored = await store.get(recordKey(id));
  if (stored) return new SigningRequest({ ...takeUp(stored, id), signer, store, clock, repository, stored: true });
  const chain = await signer.chain(call);
  if (chain.length === 0)
    throw new SignError(
      'ERR_CHAIN_INVALID',
      'the key has no certificates: give a chain to createSigner, or import one at the backend',
      {
        details: { rule: 'chain-empty' },
      },
    );
  const { spec, spki, assurance } = key;
  const times = { clock, ...(expirySeconds !== undefined && { expirySeconds }) };
  const prepared = format.prepare(
    image.descriptor,
    { spec, spki, chain, assurance },
    { ...times, ...(annotations && { annotations }) },
  );
  const record = { identity, claims, nonce: hexText(nodeCrypto().randomBytes(16)), prepared: prepared.toJSON() };
  const subject = image.descriptor;
  return new SigningRequest({ record, prepared, subject, signer, store, clock, repository, stored: false });
}

function callOf({ signal, timeoutMs, logger }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}
