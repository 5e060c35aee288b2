import { invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import { createOci } from '@securosys/oci';
import { ownFormats } from '../image-formats.js';
import { InFlight } from './in-flight.js';
import { missingItem } from './missing-item.js';
import { mostInFlight } from './publish-items.js';
import { runningRequest } from './renew-request.js';
import { recordKey } from './request-record.js';
import { RequestRegister } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import { ItemRestorer } from './restore-item.js';
import { type ResumeOptions, resumeNames } from './resume-options.js';
import { assertNotOver, storedRequest } from './stored-request.js';
import { checkTargets } from './targets.js';

/**
 * Takes up a signing request in another process: by its id, or by that of one item, which is what `ERR_APPROVAL_PENDING` of `signImage`,
 * `attest` and `signBlob` names. What the store holds is treated as hostile: an id must be that of its contents, and the bytes to be signed
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
 * @throws SignError `ERR_REQUEST_NOT_FOUND`, with `details.ended` when it is over; `ERR_MALFORMED` when a record was altered;
 * `ERR_INVALID_ARGUMENT` for another backend, or when an item demands a timestamp and there is no timestamper
 */
export async function resumeSigningRequest(id: string, options: ResumeOptions): Promise<SigningRequest> {
  knownOptions('resumeSigningRequest', options, resumeNames);
  const { backend, backends = backend ? [backend] : [], store, clock = systemClock, oci = createOci(), targets } = options;
  if (backends.length === 0) invalidArgument('resumeSigningRequest needs the backend of the keys');
  if (typeof store?.get !== 'function') invalidArgument('resumeSigningRequest needs the store that the request was made with');
  checkTargets(targets);
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) invalidArgument('the id of a signing request has 64 hex characters');
  const { guards, timestamper, chains = [], allowOpaque } = options;
  const formats = ownFormats;
  const restorer = new ItemRestorer({ backends, store, clock, oci, formats, guards, timestamper, chains, allowOpaque });
  const known = await storedRequest(store, id);
  if (known) {
    assertNotOver(id, known);
    const arrival = { origin: 'stored', submitted: true, alone: false } as const;
    const items = await new InFlight(mostInFlight).all(known.items, async (item) => {
      const record = await store.get(recordKey(item));
      return record ? restorer.item(record, item, arrival) : missingItem(item);
    });
    return runningRequest(
      { register: new RequestRegister(store, { ...known, origin: 'stored' }), items, store, clock, targets },
      oci,
    );
  }
  const record = await store.get(recordKey(id));
  if (!record)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `the store knows no signing request ${id}`, { details: { requestId: id } });
  const item = restorer.item(record, id, { origin: 'stored', submitted: true, alone: true });
  const alone = { publish: 'each', items: [id], nonce: '', createdAt: 0, origin: 'alone' } as const;
  return runningRequest({ register: new RequestRegister(store, alone, id), items: [item], store, clock, targets }, oci);
}
