import { type Clock, utf8Bytes } from '@securosys/core';
import { type KeyBackend, listSignatures, type Oci, type PendingStore, resumeSigningRequest, SignError } from '@securosys/sign';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';

/** What a job asks for. */
export interface SignJob {
  /** Named by digest. */
  readonly image: string;
  /**
   * The prepared request as a request file. It has a nonce: a job that is run again after its request was done, because the worker died before
   * it said so, is told that the file is used up. A job that prepares its request itself would ask people once more.
   */
  readonly request: string;
}

/** What a worker signs with. */
export interface SignerOfJobs {
  readonly backend: KeyBackend;
  readonly store: PendingStore;
  readonly oci: Oci;
  /** Where workers may publish, whatever a job says: everybody who reaches Redis can write jobs. */
  readonly targets: readonly string[];
  readonly chains: readonly (readonly Uint8Array[])[];
  /** Of the requests: when the publishing of a dead worker is taken over. */
  readonly clock: Clock;
  /** How long a job sleeps, in milliseconds, before it looks again whether people have decided. */
  readonly lookAgainMs: number;
}

/** Whether the request of a job was published before, by a run that did not come to say so. */
const isOver = (error: SignError): boolean =>
  error.details.ended === 'published' || (error.code === 'ERR_REQUEST_STALE' && error.details.reason === 'replayed');

type ResumeWith = Omit<SignerOfJobs, 'lookAgainMs'>;

/** What the run came to that published: it may have died before it had cleared away its records, which taking up the request by its id does. */
async function attachedBefore({ image }: SignJob, { details }: SignError, options: ResumeWith): Promise<string> {
  try {
    await resumeSigningRequest(String(details.requestId), options);
  } catch (error) {
    if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
  }
  const [found] = (await listSignatures(image, { oci: options.oci })).signatures;
  if (!found) throw new UnrecoverableError('the request is over, and there is no signature: it was cancelled');
  return found.descriptor.digest;
}

/**
 * Goes on with one job, however far an earlier run came, in this process or in one that died. While people decide the job sleeps in the
 * queue, and no worker waits.
 * @returns digest of the signature manifest that is attached
 */
export async function signJob(job: Job<SignJob, string>, token: string | undefined, own: SignerOfJobs): Promise<string> {
  const { lookAgainMs, ...options } = own;
  try {
    const request = await resumeSigningRequest(utf8Bytes(job.data.request), options);
    const { manifests } = await request.complete({ approvalTimeoutMs: 0 });
    return manifests[0]?.signature.digest ?? '';
  } catch (error) {
    if (!SignError.is(error)) throw error;
    if (error.code === 'ERR_APPROVAL_PENDING') {
      await job.moveToDelayed(Date.now() + lookAgainMs, token);
      throw new DelayedError();
    }
    if (isOver(error)) return attachedBefore(job.data, error, options);
    // Whatever may pass is tried again by the queue; nothing is asked twice by that.
    if (error.retryable || error.code === 'ERR_OUTCOME_UNKNOWN') throw error;
    throw new UnrecoverableError(`${error.code}: ${error.message}`);
  }
}
