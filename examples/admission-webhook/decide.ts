import { type JsonObject, SignError, sanitizeText } from '@securosys/core';
import { type CosignTrust, type NotationTrust, type Oci, verifyImage } from '@securosys/sign';
import { allow, deny, type ImageInPod, NotReviewable, readPodReview, uidOf } from './admission-review.js';

/** What pods are held to. */
export interface AdmissionRules {
  readonly trust: NotationTrust | CosignTrust;
  readonly oci: Oci;
  /**
   * Deadline of one review in milliseconds: below the `timeoutSeconds` of the webhook's configuration, so that it is this program that says no,
   * with a reason.
   */
  readonly timeoutMs: number;
  /** Most images of one pod. */
  readonly maxImages?: number;
}

const sentence = (error: unknown): string => {
  if (SignError.is(error)) return `${error.code}: ${sanitizeText(error.message, 400)}`;
  return 'it could not be verified';
};

/** Verifies one image as it is written. @returns the same image by digest: what was verified, and nothing else */
async function verified(image: string, { trust, oci }: AdmissionRules, signal: AbortSignal): Promise<string> {
  // Layouts are files of this machine: no pod names them.
  if (image.startsWith('oci:'))
    throw new SignError('ERR_INVALID_ARGUMENT', 'an image in a folder of the webhook is none of a pod');
  const call = { oci, signal };
  const { reference } =
    trust.kind === 'cosign' ? await verifyImage(image, { trust, ...call }) : await verifyImage(image, { trust, ...call });
  return reference;
}

/**
 * Every image of a pod is looked up and verified once, however often the pod names it, and the pod is changed to the digests: what runs is
 * what was judged (S18). Where one image fails, or time runs out, the answer is no.
 * @param review an `AdmissionReview` request, as it came
 * @returns an `AdmissionReview` with a response
 */
export async function decide(review: JsonObject, rules: AdmissionRules): Promise<JsonObject> {
  const { timeoutMs, maxImages = 20 } = rules;
  let uid = '';
  try {
    uid = uidOf(review);
    const { images } = readPodReview(review);
    const names = [...new Set(images.map(({ image }) => image))];
    if (names.length > maxImages) return deny(uid, 403, `a pod may have ${maxImages} images`);
    const changed = await withDeadline(timeoutMs, (signal) => verifyAll(names, rules, signal));
    if ('denied' in changed) return deny(uid, 403, changed.denied);
    const changes: ImageInPod[] = images.map(({ path, image }) => ({ path, image: String(changed.digests.get(image)) }));
    return allow(
      uid,
      changes.filter(({ image }, at) => image !== images[at]?.image),
    );
  } catch (error) {
    if (error instanceof NotReviewable) return deny(uid, 400, error.message);
    return deny(uid, 500, 'the images could not be verified');
  }
}

type Verified = { readonly digests: ReadonlyMap<string, string> } | { readonly denied: string };

async function verifyAll(names: readonly string[], rules: AdmissionRules, signal: AbortSignal): Promise<Verified> {
  const results = await Promise.allSettled(names.map((name) => verified(name, rules, signal)));
  const digests = new Map<string, string>();
  const problems: string[] = [];
  for (const [at, result] of results.entries()) {
    const name = names[at] as string;
    if (result.status === 'fulfilled') digests.set(name, result.value);
    else problems.push(`${sanitizeText(name, 200)}: ${sentence(result.reason)}`);
  }
  return problems.length === 0 ? { digests } : { denied: problems.join('; ') };
}

/** A registry that does not even hear the signal keeps nobody waiting. */
async function withDeadline(timeoutMs: number, work: (signal: AbortSignal) => Promise<Verified>): Promise<Verified> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verified>((resolve) => {
    timer = setTimeout(() => {
      resolve({ denied: `the images were not verified within ${timeoutMs} ms` });
      ending.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
