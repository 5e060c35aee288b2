import { type Descriptor, SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import type { OciLimits } from '../limits.js';

/** Which entries of a listing count, and the descriptor to give for each; `undefined` for those that do not. */
export type Select<T> = (entry: T) => Descriptor | undefined | Promise<Descriptor | undefined>;

/**
 * The caps and the deadline of every listing of referrers, from a registry or a layout: checked at each entry, because what the caller does
 * between two of them takes time as well.
 * @throws SignError `ERR_LIMIT` when a cap ends the listing, which is not the same as "there are no more"; `ERR_TIMEOUT`
 */
export async function* boundedReferrers<T extends { readonly digest: string }>(
  call: Call,
  limits: OciLimits,
  digest: string,
  entries: AsyncIterable<T> | Iterable<T>,
  select: Select<T>,
): AsyncGenerator<Descriptor> {
  const over = (what: string) => new SignError('ERR_LIMIT', `the referrers of ${digest} end at a limit: ${what}`);
  const seen = new Set<string>();
  let looked = 0;
  let given = 0;
  for await (const entry of entries) {
    call.check();
    if (++looked > limits.referrers * 10) throw over(`over ${limits.referrers * 10} entries`);
    if (seen.has(entry.digest)) continue;
    const found = await call.race(Promise.resolve(select(entry)));
    call.check();
    if (!found) continue;
    seen.add(entry.digest);
    if (++given > limits.referrers) throw over(`over ${limits.referrers} artifacts`);
    yield found;
    call.check();
  }
}
