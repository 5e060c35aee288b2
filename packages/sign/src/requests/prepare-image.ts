import { type CallOptions, invalidArgument } from '@securosys/core';
import type { Oci, ResolvedManifest } from '@securosys/oci';
import { parseReference } from '@securosys/oci';
import type { ImageFormat } from '../formats/image-format.js';
import { type ManifestSelection, type SelectedManifest, selectManifests } from '../select-manifests.js';
import { callOf } from '../sign-options.js';
import { type CourseOptions, type KeyedPlan, keyedPlan, prepareCourse, type UnkeyedPlan } from './prepare-course.js';
import type { RequestCourse } from './request-course.js';
import { manifestTarget, type SignedManifest } from './request-target.js';

/** An image that was looked up once, and what of it is meant. */
export interface FoundImage {
  readonly asked: string;
  /** The tag that the caller named, and nothing else. */
  readonly tag: string | undefined;
  readonly oci: Oci;
  readonly image: ResolvedManifest;
  readonly selected: readonly SelectedManifest[];
}

/** Looks an image up, once, and the manifests that are meant. */
export async function findImage(asked: string, options: PrepareOptions, oci: Oci): Promise<FoundImage> {
  const parsed = parseReference(asked);
  const repository = oci.open(parsed);
  const call = callOf(options);
  const image = await repository.resolve(undefined, call);
  const selected = selectManifests(image, options);
  // What an index says of its children is not signed, and no person asked about it, before the children say the same.
  for (const { index, descriptor } of selected) if (index !== undefined) await repository.fetchManifest(descriptor, call);
  return { asked, tag: parsed.digest === undefined ? parsed.tag : undefined, oci, image, selected };
}

/** What is to be attached to each manifest that is meant. */
export interface ManifestPlan extends UnkeyedPlan {
  readonly format: Pick<ImageFormat, 'certified' | 'prepare' | 'remembered'>;
}

/** How images are looked up and requests about them made. */
export type PrepareOptions = CallOptions & ManifestSelection & CourseOptions;

/** Makes or finds the signing requests of each manifest, one for each plan. Nothing is submitted here. */
export async function prepareImage(
  found: FoundImage,
  plans: readonly ManifestPlan[],
  options: PrepareOptions,
): Promise<readonly RequestCourse<SignedManifest>[]> {
  const courses: RequestCourse<SignedManifest>[] = [];
  const keyed: (readonly [ManifestPlan, KeyedPlan])[] = [];
  for (const plan of plans) keyed.push([plan, await keyedPlan(plan, callOf(options))]);
  for (const manifest of found.selected)
    for (const [{ format }, key] of keyed) {
      const course = await prepareCourse(
        {
          about: { ...aboutOf(found, manifest), ...format.remembered?.(manifest.descriptor) },
          subject: manifest.descriptor,
          claims: claimsOf(found, manifest),
          prepare: (formatKey, identity, clock) => format.prepare(manifest.descriptor, formatKey, identity, clock),
          target: (identity, clock) => manifestTarget(found.oci, clock, identity, options.formats),
        },
        key,
        options,
      );
      if (courses.some(({ id }) => id === course.id)) invalidArgument(`${key.id} with the same key and options is there twice`);
      courses.push(course);
    }
  return courses;
}

/** What a signing request says of the manifest that it is about. */
function aboutOf({ tag }: FoundImage, { reference, index, platform }: SelectedManifest) {
  return {
    reference,
    ...(tag !== undefined && { tag }),
    ...(index !== undefined && { index }),
    ...(platform !== undefined && { platform }),
  };
}

/** A claim that names the digest of the index would contradict bytes that are about a child of it. */
function claimsOf({ asked, tag }: FoundImage, { reference, platform, index }: SelectedManifest) {
  const image = index === undefined || tag !== undefined ? asked : reference;
  return { image, ...(platform !== undefined && { platform }) };
}
