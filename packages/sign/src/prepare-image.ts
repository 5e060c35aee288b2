import type { Oci, ResolvedManifest } from '@securosys/oci';
import { parseReference } from '@securosys/oci';
import { keyIdentity, prepareCourse } from './prepare-course.js';
import type { RequestCourse } from './request-course.js';
import { manifestTarget, type SignedManifest } from './request-target.js';
import { type SelectedManifest, selectManifests } from './select-manifests.js';
import type { SignImageOptions } from './sign-image.js';
import { callOf } from './sign-options.js';

/** Looks the image up once, and makes or finds the signing request of each manifest that is meant. Nothing is submitted here. */
export async function prepareImage(
  reference: string,
  options: SignImageOptions,
  oci: Oci,
): Promise<{ image: ResolvedManifest; courses: RequestCourse<SignedManifest>[] }> {
  const parsed = parseReference(reference);
  const repository = oci.open(parsed);
  const call = callOf(options);
  const image = await repository.resolve(undefined, call);
  const selected = selectManifests(image, options);
  const tag = parsed.digest === undefined ? parsed.tag : undefined;
  const { style } = options;
  const courses: RequestCourse<SignedManifest>[] = [];
  // What an index says of its children is not signed, and no person asked about it, before the children say the same.
  for (const { index, descriptor } of selected) if (index !== undefined) await repository.fetchManifest(descriptor, call);
  const key = await keyIdentity(options);
  for (const manifest of selected) {
    const { index, platform } = manifest;
    const identity = {
      reference: manifest.reference,
      ...(tag !== undefined && { tag }),
      ...(index !== undefined && { index }),
      ...(platform !== undefined && { platform }),
      ...(style !== undefined && { style }),
    };
    const claims = claimsOf(reference, manifest, tag);
    courses.push(
      await prepareCourse(identity, manifest.descriptor, claims, key, options, (of) => manifestTarget(repository, of)),
    );
  }
  return { image, courses };
}

/** A claim that names the digest of the index would contradict bytes that are about a child of it. */
function claimsOf(asked: string, { reference, platform, index }: SelectedManifest, tag: string | undefined) {
  const image = index === undefined || tag !== undefined ? asked : reference;
  return { image, ...(platform !== undefined && { platform }) };
}
