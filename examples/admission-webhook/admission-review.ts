import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';

/** What the API server asks: `AdmissionReview` of `admission.k8s.io/v1`, as far as it is about pods. */
export interface PodReview {
  readonly uid: string;
  readonly namespace: string;
  /** Images, and where the pod names them. */
  readonly images: readonly ImageInPod[];
}

/** One place of a pod that names an image. */
export interface ImageInPod {
  /** JSON pointer: `/spec/containers/0/image`. */
  readonly path: string;
  readonly image: string;
}

/** Containers of every kind: an ephemeral one is added to a pod that runs, through the subresource `pods/ephemeralcontainers`. */
const kinds = ['initContainers', 'containers', 'ephemeralContainers'];
const subresources: readonly unknown[] = [undefined, '', 'ephemeralcontainers'];

/** Says what is wrong with a review; the pod is denied with these words. */
export class NotReviewable extends Error {}

const wrong = (what: string): never => {
  throw new NotReviewable(what);
};
const objectAt = (value: JsonValue | undefined, what: string): JsonObject =>
  isJsonObject(value) ? value : wrong(`${what} is no object`);

function imagesOf(spec: JsonObject): ImageInPod[] {
  return kinds.flatMap((kind) => {
    const containers = spec[kind] ?? [];
    if (!Array.isArray(containers)) return wrong(`spec.${kind} is no list`);
    return containers.map((container, at) => {
      const { image } = objectAt(container, `spec.${kind}[${at}]`);
      if (typeof image !== 'string' || image === '') return wrong(`spec.${kind}[${at}] names no image`);
      return { path: `/spec/${kind}/${at}/image`, image };
    });
  });
}

/**
 * The uid of a review, which an answer has to repeat.
 * @throws NotReviewable
 */
export function uidOf(review: JsonObject): string {
  if (review.apiVersion !== 'admission.k8s.io/v1' || review.kind !== 'AdmissionReview')
    return wrong('this is no AdmissionReview of admission.k8s.io/v1');
  const { uid } = objectAt(review.request, 'request');
  return typeof uid === 'string' && /^[0-9A-Za-z-]{1,128}$/.test(uid) ? uid : wrong('request.uid is missing');
}

/**
 * Reads a review. What is no pod is no business of this webhook, and denied: it was configured for more than it understands. An image that is
 * mounted (`volumes[].image`) would run unverified, so that it is denied too.
 * @throws NotReviewable
 */
export function readPodReview(review: JsonObject): PodReview {
  const uid = uidOf(review);
  const { operation, namespace, resource, subResource, object } = objectAt(review.request, 'request');
  const { group, resource: name } = objectAt(resource, 'request.resource');
  if (group !== '' || name !== 'pods' || !subresources.includes(subResource)) return wrong('only pods are admitted here');
  if (operation !== 'CREATE' && operation !== 'UPDATE') return wrong('only CREATE and UPDATE are admitted here');
  const spec = objectAt(objectAt(object, 'request.object').spec, 'spec');
  const { volumes = [] } = spec;
  if (!Array.isArray(volumes) || volumes.some((volume) => !isJsonObject(volume) || volume.image !== undefined))
    return wrong('images that are mounted as volumes are not verified here');
  const images = imagesOf(spec);
  if (images.length === 0) return wrong('the pod has no containers');
  return { uid, namespace: typeof namespace === 'string' ? namespace : '', images };
}

/** Answers yes, and puts the digests in place that were verified. */
export function allow(uid: string, changes: readonly ImageInPod[]): JsonObject {
  const patch = changes.map(({ path, image }) => ({ op: 'replace', path, value: image }));
  const patched = { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
  return answer({ uid, allowed: true, ...(patch.length > 0 && patched) });
}

/** Answers no. @param message shown by `kubectl` to whoever wanted the pod */
export function deny(uid: string, code: number, message: string): JsonObject {
  return answer({ uid, allowed: false, status: { status: 'Failure', code, message } });
}

const answer = (response: JsonObject): JsonObject => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
