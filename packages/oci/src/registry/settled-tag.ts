import { SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import type { TagContent } from '../repository.js';
import type { RegistryClient } from './client.js';
import { putManifest } from './put-manifest.js';
import { passes, pause, tries } from './repetition.js';

/** Writes of ours that others may write over before we give up. */
const writes = 12;
/** Writes that the registry may refuse because somebody else was first (412): each of them means that another one got through. */
const refusals = 60;
/** Shortest time in milliseconds after which a change that is still there counts as settled. */
const settleMs = 100;
/** Longest time in milliseconds that another writer is expected to take. */
const longestWriteMs = 10_000;

/** What a tag names, as it was read. */
export interface Tagged {
  /** What the registry calls this version; absent where it calls it nothing. */
  readonly etag?: string;
}

/** How one writer reads and changes what a mutable tag names. */
export interface TagChange<T extends Tagged> {
  readonly tag: string;
  /** `undefined`: nobody wrote it yet. */
  read(): Promise<T | undefined>;
  /** Whether the change is in there. */
  holds(current: T | undefined): boolean | Promise<boolean>;
  /** What has to be stored so that it is. */
  change(current: T | undefined): TagContent | Promise<TagContent>;
  /** Told when a write may have replaced what was read. */
  replaced?(current: T): void;
}

/** What the waits of one change depend on. */
interface Course {
  /** When the tag was read last, in milliseconds since 1970. */
  readAt: number;
  /** Longest time from reading to the replacement being stored, in milliseconds. */
  slowest: number;
}

/**
 * Changes what a mutable tag names so that many writers lose nothing. Tags have no locks, and plain read-modify-write loses signatures while
 * every signer reports success (`notation.md` §11.2, §20 no. 61; `cosign.md` §3.4). Where the registry names the version that was read, the
 * write is bound to it (`If-Match`); few registries look at that. So after each write the tag is read back, and again after a pause that
 * outlasts a writer who had read before us: one as slow as we were, and some.
 * @returns what was read last, with the change in it
 * @throws SignError `ERR_CONFLICT` when others kept writing over it; those of the registry
 */
export async function settleTag<T extends Tagged>(call: Call, client: RegistryClient, change: TagChange<T>): Promise<T> {
  const course: Course = { readAt: 0, slowest: 0 };
  let refused = 0;
  for (let write = 0; write - refused < writes && refused < refusals; write++) {
    // Writers that met once would meet again without it.
    if (write > 0) await call.sleep(client.settings.random() * Math.min(2000, 100 * 2 ** Math.min(write, 10)));
    const outcome = await writeOnce(call, client, change, course);
    if (outcome === 'refused') refused++;
    const settled = outcome === 'written' ? await stays(call, client, change, course) : undefined;
    if (settled) return settled;
  }
  throw new SignError('ERR_CONFLICT', `other writers keep replacing what ${change.tag} names in ${client.name}`);
}

async function writeOnce<T extends Tagged>(
  call: Call,
  client: RegistryClient,
  change: TagChange<T>,
  course: Course,
): Promise<'written' | 'refused'> {
  const current = await readPatiently(call, client, change, course);
  if (await change.holds(current)) return 'written';
  const { bytes, mediaType } = await change.change(current);
  const stored = putManifest(call, client, bytes, mediaType, { tag: change.tag, ifMatch: current?.etag });
  const failure = await stored.then(
    () => undefined,
    (error: unknown) => error ?? new Error('failed'),
  );
  course.slowest = Math.max(course.slowest, call.clock.now() - course.readAt);
  if (SignError.is(failure) && failure.details.status === 412) return 'refused';
  if (current) change.replaced?.(current);
  // Whether it was stored is seen by reading; if not, this was one write of many.
  if (failure && (!unsettled(failure) || !(await pause(call, client.settings.random, failure, 1)))) throw failure;
  return 'written';
}

async function stays<T extends Tagged>(
  call: Call,
  client: RegistryClient,
  change: TagChange<T>,
  course: Course,
): Promise<T | undefined> {
  let current: T | undefined;
  for (let look = 0; look < 2; look++) {
    const outlast = settleMs + Math.min(3 * course.slowest, longestWriteMs) + client.settings.random() * settleMs;
    if (look > 0) await call.sleep(outlast);
    current = await readPatiently(call, client, change, course);
    if (!(await change.holds(current))) return undefined;
  }
  return current;
}

/** Docker's registry answers 500 for a tag that somebody is just writing, so here even that may pass. */
function unsettled(error: unknown): error is SignError {
  return passes(error) || SignError.is(error, 'ERR_UNAVAILABLE');
}

async function readPatiently<T extends Tagged>(
  call: Call,
  client: RegistryClient,
  { read }: Pick<TagChange<T>, 'read'>,
  course: Course,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    course.readAt = call.clock.now();
    try {
      return await read();
    } catch (error) {
      if (!unsettled(error) || attempt >= tries || !(await pause(call, client.settings.random, error, attempt))) throw error;
    }
  }
}
