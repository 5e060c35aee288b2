import type { SignedBlob } from '../sign-blob.js';
import type { SignedCosignBlob } from '../sign-cosign-blob.js';
import { CourseItem, type CourseItemOptions } from './course-item.js';
import type { RequestCourse } from './request-course.js';
import type { SignedManifest } from './request-target.js';
import type { WorkItem } from './work-item.js';

type How = Pick<CourseItemOptions<unknown>, 'submitted' | 'alone'>;

/** The signature of a manifest, or what is attested about it, as an item. */
export function manifestItem(course: RequestCourse<SignedManifest>, how: How): WorkItem {
  const kind = course.taken.record.identity.predicateType === undefined ? 'image' : 'attestation';
  return new CourseItem(course, {
    ...how,
    kind,
    complete: (id, signed) => ({ kind, id, signed }),
    attached: ({ attached }) => attached,
  });
}

/** The signature of a blob as an item: it is given to who completes the request. */
export function blobItem<T extends SignedBlob | SignedCosignBlob>(course: RequestCourse<T>, how: How): WorkItem {
  return new CourseItem(course, {
    ...how,
    kind: 'blob',
    complete: (id, signed) => ({ kind: 'blob', id, signed }),
    attached: () => [],
  });
}
