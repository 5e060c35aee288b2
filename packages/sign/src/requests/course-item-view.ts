import { base64Bytes, type Descriptor, sha256Hex } from '@securosys/core';
import type { ItemProblem } from './item-status.js';
import type { RequestCourse } from './request-course.js';
import type { RequestItem, RequestItemKind, RequestItemStatus } from './request-types.js';

/** What an item knows of itself, beside its course. */
export interface ItemStanding {
  readonly kind: RequestItemKind;
  /** What was attached, once it is done. */
  readonly done: readonly Descriptor[] | undefined;
  /** What went wrong, or how it came to nothing. */
  readonly problem: ItemProblem | undefined;
  /** This run has all signatures. */
  readonly isSigned: boolean;
  /** An earlier run has submitted it. */
  readonly submitted: boolean;
}

function statusOf<T>(course: RequestCourse<T>, { done, problem, isSigned, submitted }: ItemStanding): RequestItemStatus {
  if (done) return 'published';
  if (problem) return problem.status;
  if (isSigned) return 'signed';
  if (course.begun) {
    const { status } = course.state;
    return status === 'executed' ? 'signed' : status;
  }
  if (course.taken.record.attached) return 'published';
  return submitted ? 'pending' : 'prepared';
}

/** An item of a course as its caller sees it. */
export function itemView<T>(course: RequestCourse<T>, standing: ItemStanding): RequestItem {
  const { identity, claims, attached: noted } = course.taken.record;
  const { reference, tag, platform, blob, format, backend, keyLabel, spki } = identity;
  const { kind, done, problem } = standing;
  const attached = done ?? noted;
  return {
    id: course.id,
    kind,
    format,
    reference,
    ...(tag !== undefined && { tag }),
    ...(platform !== undefined && { platform }),
    ...(blob?.name !== undefined && { name: blob.name }),
    key: {
      backend,
      spkiSha256: sha256Hex(base64Bytes(spki, 'public key')),
      ...(keyLabel !== undefined && { label: keyLabel }),
    },
    facts: course.facts,
    claims,
    status: statusOf(course, standing),
    ...(!done && problem && { code: problem.code, reason: problem.reason }),
    parts: course.state.parts,
    ...(attached && { attached }),
  };
}
