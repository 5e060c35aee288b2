import type { CallOptions } from '@securosys/core';
import type { ListingFile } from '../model/listing.js';
import { isDelegation } from '../model/roles.js';
import { maxBytesOf } from '../model/signed-file.js';
import type { MetadataSource } from './source.js';

/** Most files that are asked for before it is known that they are needed, and most bytes of all of them. */
const mostFiles = 8;
const mostBytes = 4 << 20;

/** A source that has begun to read. */
export interface ReadingAhead {
  readonly source: MetadataSource;
  /** Ends what nobody needed. */
  close(): void;
}

/**
 * Asks for what a snapshot lists, all at once: only `targets` says which delegations count, and a round trip for each level is most of the time that a repository far away
 * takes. What comes is judged when it is needed, in the same order as ever; what is not needed is neither waited for nor complained about.
 */
export function readAhead(source: MetadataSource, { meta }: ListingFile, call: CallOptions): ReadingAhead {
  const ending = new AbortController();
  const { signal } = ending;
  const onAbort = () => ending.abort(call.signal?.reason);
  if (call.signal?.aborted) onAbort();
  else call.signal?.addEventListener('abort', onAbort, { once: true });
  let unanswered = 0;
  const answered = () => {
    unanswered--;
  };
  const begun = new Map<string, Promise<Uint8Array | undefined>>();
  let bytes = 0;
  for (const [role, { length, sha256 }] of meta) {
    // A name that is no role of ours is nothing to ask a server for.
    if (role !== 'targets' && !isDelegation(role)) continue;
    bytes += length;
    if (begun.size >= mostFiles || bytes > mostBytes || length > maxBytesOf(role)) break;
    const file = source.byHash(role, sha256, { ...call, signal, maxBytes: length });
    unanswered++;
    file.then(answered, answered);
    begun.set(`${role} ${sha256} ${length}`, file);
  }
  return {
    source: {
      current: (role, options) => source.current(role, options),
      rootVersion: (version, options) => source.rootVersion(version, options),
      byHash: (role, sha256, options) =>
        begun.get(`${role} ${sha256} ${options.maxBytes}`) ?? source.byHash(role, sha256, options),
    },
    close: () => {
      call.signal?.removeEventListener('abort', onAbort);
      // What is aborted has a reason, with a trace that takes as long to make as a request.
      if (unanswered > 0) ending.abort();
    },
  };
}
