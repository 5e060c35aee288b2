import {
  type CallOptions,
  type Clock,
  createSigner,
  type Guard,
  invalidArgument,
  type KeyBackend,
  knownOptions,
  type PendingStore,
  SignError,
  type SigningFacts,
  systemClock,
} from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { imageFormat } from './image-formats.js';
import { type RequestIdentity, readRecord, recordKey } from './request-record.js';
import { SigningRequest } from './signing-request.js';

/** What a signing request is continued with: the same backend and store it was started with. */
export interface ResumeOptions extends CallOptions {
  backend: KeyBackend;
  store: PendingStore;
  oci?: Oci;
  guards?: readonly Guard[];
  clock?: Clock;
}

const optionNames = ['backend', 'store', 'oci', 'guards', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Takes up a signing request in another process. What the store holds is treated as hostile: the id must be that of its contents,
 * and the bytes to be signed must say what the id stands for (S30).
 *
 * @example
 * ```ts
 * import { connectTsb, createFolderStore, resumeSigningRequest } from '@securosys/sign';
 * declare const id: string; // details.requestId of ERR_APPROVAL_PENDING
 * const backend = connectTsb({ url: 'https://tsb.example', auth: { type: 'token', token: async () => process.env.TSB_TOKEN ?? '' } });
 * const request = await resumeSigningRequest(id, { backend, store: createFolderStore('.signing') });
 * if ((await request.refresh()).status === 'executed') await request.complete();
 * ```
 * @throws SignError `ERR_REQUEST_NOT_FOUND`; `ERR_MALFORMED` when the record was altered; `ERR_INVALID_ARGUMENT` for another backend
 */
export async function resumeSigningRequest(id: string, options: ResumeOptions): Promise<SigningRequest> {
  knownOptions('resumeSigningRequest', options, optionNames);
  const { backend, store, oci = createOci(), clock = systemClock, guards } = options;
  if (!/^[0-9a-f]{64}$/.test(id)) invalidArgument('the id of a signing request has 64 hex characters');
  const stored = await store.get(recordKey(id));
  if (!stored)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `the store knows no signing request ${id}`, { details: { requestId: id } });
  const record = readRecord(stored, id);
  const { identity } = record;
  if (identity.backend !== backend.id) invalidArgument('this signing request belongs to another backend');
  const prepared = imageFormat(identity.format).format.restore(record.prepared);
  for (const { facts } of prepared.parts) checkFacts(facts, identity);
  const subject = prepared.parts[0]?.facts.subject;
  if (!subject) throw new SignError('ERR_MALFORMED', 'the stored signing request signs nothing');
  const key = { spkiSha256: identity.spkiSha256, ...(identity.keyLabel !== undefined && { label: identity.keyLabel }) };
  const signer = createSigner(backend, key, { store, clock, ...(guards && { guards }) });
  const repository = oci.open(identity.reference);
  const { mediaType, digest, size } = subject;
  return new SigningRequest({
    record,
    prepared,
    signer,
    store,
    clock,
    repository,
    subject: { mediaType, digest, size },
    claims: { image: identity.reference },
    resumed: true,
  });
}

/** The bytes must be about the image, the validity and the annotations that the id stands for. */
function checkFacts(facts: SigningFacts, identity: RequestIdentity): void {
  const { subject, signedAt = '', expiresAt } = facts;
  const seconds = expiresAt === undefined ? undefined : (Date.parse(expiresAt) - Date.parse(signedAt)) / 1000;
  const annotations = Object.entries(identity.annotations ?? {}).sort();
  const right =
    subject !== undefined &&
    identity.reference.endsWith(`@${subject.digest}`) &&
    seconds === identity.expirySeconds &&
    JSON.stringify(Object.entries(subject.annotations ?? {}).sort()) === JSON.stringify(annotations);
  if (!right)
    throw new SignError('ERR_MALFORMED', 'the stored bytes are not about what this signing request stands for: it was altered');
}
