import { ItemRequest } from './item-request.js';
import type { RequestCourse } from './request-course.js';
import type { CompleteOptions } from './request-state.js';
import type { SignedManifest } from './request-target.js';
import { completeAll } from './sign-group.js';

/** Signs and attaches all that one call asks for, as one request or as a group of them. */
export async function completeCourses(
  courses: readonly RequestCourse<SignedManifest>[],
  waiting: CompleteOptions,
): Promise<readonly SignedManifest[]> {
  const [only, more] = courses;
  return only && !more ? [await new ItemRequest(only).complete(waiting)] : completeAll(courses, waiting);
}
