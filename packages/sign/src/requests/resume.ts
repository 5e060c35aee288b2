import { type CallOptions, invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { formatTable } from '../formats/signing-format.js';
import type { FormatTable } from '../image-formats.js';
import { callOf } from '../sign-options.js';
import { batchOfItem } from './batch-of-item.js';
import { checkOpening } from './decrypt-settings.js';
import { InFlight } from './in-flight.js';
import { Lease } from './lease.js';
import { missingItem } from './missing-item.js';
import { mostInFlight } from './publish-items.js';
import { runningRequest } from './renew-request.js';
import type { RequestContents } from './request-contents.js';
import { readRequestFile } from './request-file.js';
import { recordKey } from './request-record.js';
import { RequestRegister } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import { ItemRestorer } from './restore-item.js';
import { type ResumeOptions, resumeNames } from './resume-options.js';
import { assertNotOver, type StoredRequest, storedRequest } from './stored-request.js';
import { assertAllowed, checkTargets } from './targets.js';
import { assertFileUnused } from './used-items.js';
import type { WorkItem } from './work-item.js';

/**
 * Takes up a signing request in another process: by its id, or by that of one item, which is what `ERR_APPROVAL_PENDING` of `signImage`,
 * `attest` and `signBlob` names, or by the contents of a request file. What the store holds is treated as hostile: an id must be that of its contents, and the bytes to be signed
 * must say what the id stands for, for the key that it names (S30).
 *
 * @example
 * ```ts
 * import { connectTsb, createFolderStore, resumeSigningRequest } from '@securosys/sign';
 * declare const id: string; // details.requestId of ERR_APPROVAL_PENDING
 * const backend = connectTsb({ url: 'https://tsb.example', auth: { type: 'token', token: async () => process.env.TSB_TOKEN ?? '' } });
 * const request = await resumeSigningRequest(id, { backend, store: createFolderStore('.signing') });
 * if ((await request.refresh()).status === 'signed') await request.complete();
 * ```
 * A request file is hostile too: unless a pinned `requester` or `fileSha256` vouches for it, `targets` is required, and the certificates in it must
 * be those of the key here, and images that it decrypts have to be in targets, too. Addresses, paths, openers and trust never come from it; guards and targets are asked again at submit and at complete.
 * @param source an id, 64 hex characters, or the contents of a request file
 * @throws SignError `ERR_REQUEST_NOT_FOUND`, with `details.ended` when it is over; `ERR_MALFORMED` when a record was altered;
 * `ERR_INVALID_ARGUMENT` for another backend, or when an item demands a timestamp and there is no timestamper. For files also
 * `ERR_CAPABILITY_MISSING` (a newer version), `ERR_REQUEST_STALE` (used up), `ERR_POLICY_UNSAFE` (another target), `ERR_CHAIN_INVALID`,
 * `ERR_NOT_TRUSTED`, `ERR_SIGNATURE_MISMATCH`, `ERR_DIGEST_MISMATCH`, `ERR_LIMIT`
 */
export async function resumeSigningRequest(source: string | Uint8Array, options: ResumeOptions): Promise<SigningRequest> {
  knownOptions('resumeSigningRequest', options, resumeNames);
  const taking = takingUp(options);
  if (source instanceof Uint8Array) return resumeFile(source, options, taking);
  if (typeof source !== 'string' || !/^[0-9a-f]{64}$/.test(source))
    return invalidArgument('the id of a signing request has 64 hex characters; a request file is given as its bytes');
  return resumeStored(source, taking);
}

/** What every way of taking up needs. */
interface TakingUp extends Omit<RequestContents, 'again' | 'register' | 'items'> {
  readonly oci: Oci;
  readonly restorer: ItemRestorer;
  readonly formats: FormatTable;
  readonly call: CallOptions;
}

function takingUp(options: ResumeOptions): TakingUp {
  const { backend, backends = backend ? [backend] : [], store, clock = systemClock, oci = createOci(), targets } = options;
  if (!Array.isArray(backends)) invalidArgument('backends is a list');
  if (typeof store?.get !== 'function') invalidArgument('resumeSigningRequest needs the store that the request was made with');
  checkTargets(targets);
  const { guards, timestamper, chains = [], allowOpaque, decrypt } = options;
  if (decrypt) checkOpening('resumeSigningRequest: decrypt', decrypt);
  const formats = formatTable(options.formats ?? []);
  const restorer = new ItemRestorer({ backends, store, clock, oci, formats, guards, timestamper, chains, allowOpaque, decrypt });
  return { store, clock, oci, targets, restorer, formats, call: callOf(options) };
}

async function resumeStored(id: string, { restorer, formats, oci, call, ...taking }: TakingUp): Promise<SigningRequest> {
  const { store } = taking;
  const known = await storedRequest(store, id);
  if (known) {
    if (known.ended) await clearAway(id, known, { restorer, formats, oci, call, ...taking });
    assertNotOver(id, known);
    const arrival = { origin: 'stored', submitted: true, alone: false } as const;
    const items = await new InFlight(mostInFlight).all(known.items, async (item) => {
      const record = await store.get(recordKey(item));
      return record ? restorer.item(record, item, arrival) : missingItem(item);
    });
    return runningRequest({ ...taking, register: new RequestRegister(taking, { ...known, origin: 'stored' }), items }, oci);
  }
  const record = await store.get(recordKey(id));
  if (!record)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `the store knows no signing request ${id}`, { details: { requestId: id } });
  const item = restorer.item(record, id, { origin: 'stored', submitted: true, alone: true });
  const batch = await batchOfItem(id, { ...taking, formats });
  if (batch?.payloads.length) item.bind(batch);
  const alone = { publish: 'each', items: [id], nonce: '', createdAt: 0, origin: 'alone' } as const;
  return runningRequest({ ...taking, register: new RequestRegister(taking, alone, id), items: [item] }, oci);
}

/** A run that ended a request may have died before it had cleared its items away. */
async function clearAway(
  id: string,
  { items, ended = 'published', ...known }: StoredRequest,
  { restorer, store, clock, call }: TakingUp,
): Promise<void> {
  if (items.length === 0) return;
  await new Lease(store, clock, id).clear();
  await new InFlight(mostInFlight).all(items, async (one) => {
    const record = await store.get(recordKey(one));
    if (!record) return;
    const item = restorer.item(record, one, { origin: 'stored', submitted: true, alone: false });
    await (ended === 'cancelled' ? item.withdraw(call) : item.forget(call));
  });
  await new RequestRegister({ store, clock }, { ...known, items, origin: 'stored' }).close(ended);
}

async function resumeFile(
  bytes: Uint8Array,
  { requester, fileSha256 }: ResumeOptions,
  { restorer, formats: _, oci, call, ...taking }: TakingUp,
): Promise<SigningRequest> {
  const pinned = { ...(requester && { requester }), ...(fileSha256 !== undefined && { fileSha256 }) };
  const { id, outline, items: records, isVouchedFor } = readRequestFile(bytes, pinned);
  if (!isVouchedFor && !taking.targets)
    invalidArgument('nobody vouches for this request file: name the targets that it may publish in, or its requester');
  const arrival = { origin: 'file', submitted: false, alone: false } as const;
  const items: WorkItem[] = [];
  for (const [itemId, record] of records) items.push(restorer.item(record, itemId, arrival));
  assertAllowed(
    taking.targets,
    items.flatMap(({ repositories }) => repositories),
  );
  // Else a stranger would choose which images our key opens, and who may read them then.
  if (!isVouchedFor)
    assertAllowed(
      taking.targets,
      items.flatMap(({ opened = [] }) => opened),
      'opened from',
    );
  const register = new RequestRegister(taking, { ...outline, isVouchedFor, origin: 'file' }, id);
  await register.look();
  await assertFileUnused({ ...taking, register, items });
  // Last, because it asks backends, in whatever number a stranger has written down.
  if (!isVouchedFor) for (const [itemId, record] of records) await restorer.assertOwnChain(record, itemId, call);
  return runningRequest({ ...taking, register, items }, oci);
}
