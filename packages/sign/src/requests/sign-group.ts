import { type CallOptions, type Descriptor, SignError, type SignErrorCode } from '@securosys/core';
import type { AttachedFormatId } from '../image-formats.js';
import { isDecided } from './decided.js';
import { listedBelow } from './index-order.js';
import type { Signatures } from './part-operations.js';
import type { RequestCourse } from './request-course.js';
import type { CompleteOptions } from './request-state.js';
import type { SignedManifest } from './request-target.js';

/** Where one signature of one manifest stands when not all of them could be made; in `details.manifests` of the error. */
export interface ManifestProgress {
  /** `repository@digest`. */
  readonly reference: string;
  readonly platform?: string;
  /** What it is to be signed in. */
  readonly format: AttachedFormatId;
  /** Of its own signing request. */
  readonly requestId: string;
  /**
   * `attached`: it has its signature; `signed`: approved and signed, to be attached by the next call; `pending`: people decide;
   * `not-asked`: nobody was asked yet; `failed`: see `code`, and the next call asks anew if people decided against it.
   */
  readonly status: 'attached' | 'signed' | 'pending' | 'not-asked' | 'failed';
  /** Descriptor of the signature's manifest, of what is attached. */
  readonly signature?: Descriptor;
  /** Of what failed. */
  readonly code?: SignErrorCode;
}

type Course = RequestCourse<SignedManifest>;
type Progress = Omit<ManifestProgress, 'reference' | 'platform' | 'format' | 'requestId'> & { readonly error?: SignError };

/**
 * Signs several manifests, or one in several formats, as one: every request is submitted before any is waited for, and nothing is forgotten until all are attached, so
 * that a second call goes on where this one stopped. What people refused is forgotten by itself.
 * @throws SignError the first failure, else `ERR_APPROVAL_PENDING`, with `details.manifests`
 */
export async function completeAll(courses: readonly Course[], options: CompleteOptions): Promise<readonly SignedManifest[]> {
  const { approvalTimeoutMs: _, onProgress: __, ...call } = options;
  const group = new Group(courses);
  await group.find(call);
  const asked = await group.submit(call);
  const waited = await Promise.allSettled(asked.map((course) => course.signatures(options)));
  const signed = new Map<Course, Signatures>();
  for (const [at, result] of waited.entries()) {
    const course = asked[at] as Course;
    if (result.status === 'fulfilled') {
      signed.set(course, result.value);
      group.set(course, { status: 'signed' });
    } else await group.failed(course, result.reason);
  }
  await group.attach(signed, call);
  return group.end();
}

class Group {
  readonly #progress: Map<Course, Progress>;
  readonly #attached = new Map<Course, SignedManifest>();

  constructor(courses: readonly Course[]) {
    this.#progress = new Map(courses.map((course) => [course, { status: 'not-asked' }]));
  }

  set(course: Course, progress: Progress): void {
    this.#progress.set(course, progress);
  }

  /** What earlier calls have attached is not signed once more. */
  async find(call: CallOptions): Promise<void> {
    for (const course of this.#progress.keys()) {
      const found = await course.delivered(call);
      if (found) this.#done(course, found);
    }
  }

  async submit(call: CallOptions): Promise<readonly Course[]> {
    const asked = [...this.#progress.keys()].filter((course) => !this.#attached.has(course));
    for (const course of asked)
      try {
        await course.submit(call);
        this.set(course, { status: 'pending' });
      } catch (error) {
        await this.failed(course, error);
        this.#throwIfIncomplete();
      }
    return asked;
  }

  /** Keeps what went wrong. The reason of an abortion, and what is no error of ours, is thrown unchanged. */
  async failed(course: Course, error: unknown): Promise<void> {
    if (!SignError.is(error)) throw error;
    if (isDecided(error)) await course.forget();
    const status = error.code === 'ERR_APPROVAL_PENDING' ? 'pending' : 'failed';
    this.set(course, { status, error, ...(status === 'failed' && { code: error.code }) });
  }

  /** Attaches to an index after what it lists. Stops at the first failure that the next manifest would meet as well. */
  async attach(signed: ReadonlyMap<Course, Signatures>, call: CallOptions): Promise<void> {
    const below = listedBelow([...this.#progress.keys()], ({ taken }) => taken.record.identity);
    const waits = (course: Course) => below.get(course)?.some((listed) => !this.#attached.has(listed) && !this.#isOver(listed));
    const ready = [...signed].reverse();
    const [first, last] = [ready.filter(([course]) => !below.has(course)), ready.filter(([course]) => below.has(course))];
    for (const [course, signatures] of [...first, ...last])
      try {
        if (waits(course)) continue;
        const manifest = await course.deliver(signatures, call);
        this.#done(course, manifest);
        await course.remember(manifest.attached);
      } catch (error) {
        await this.failed(course, error);
        if (!isDecided(error)) break;
      }
  }

  async end(): Promise<readonly SignedManifest[]> {
    this.#throwIfIncomplete();
    const courses = [...this.#progress.keys()];
    for (const course of courses) await course.forget();
    return courses.map((course) => this.#attached.get(course) as SignedManifest);
  }

  /** Whether people, or what has changed meanwhile, decided against it. */
  #isOver(course: Course): boolean {
    return isDecided(this.#progress.get(course)?.error);
  }

  #done(course: Course, manifest: SignedManifest): void {
    this.#attached.set(course, manifest);
    this.set(course, { status: 'attached', signature: manifest.signature });
  }

  #throwIfIncomplete(): void {
    const all = [...this.#progress];
    const error = (all.find(([, { status }]) => status === 'failed') ?? all.find(([, { error }]) => error))?.[1].error;
    if (!error) return;
    const manifests = all.map(([course, { error: _, ...progress }]): ManifestProgress => {
      const { reference, platform, format } = course.taken.record.identity;
      const about = { reference, ...(platform !== undefined && { platform }), format };
      return { ...about, requestId: course.id, ...progress };
    });
    const count = (status: Progress['status']) => manifests.filter((one) => one.status === status).length;
    const counts = `${count('attached')} attached, ${count('pending')} waiting for people, ${count('failed')} failed`;
    throw new SignError(error.code, `${error.message} (of ${all.length} signatures: ${counts})`, {
      cause: error,
      retryable: error.retryable,
      details: { ...error.details, manifests },
    });
  }
}
