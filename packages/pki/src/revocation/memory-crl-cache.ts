import { invalidArgument, knownOptions, ownBytes } from '@securosys/core';
import type { CachedCrl, CrlCache } from './crl-cache.js';

const sizeOf = ({ base, delta }: CachedCrl) => base.byteLength + (delta?.byteLength ?? 0);

/**
 * A cache of CRLs in this process, the longest unused leaving first (`notation.md` §10.3).
 * @param options.maxEntries default 64
 * @param options.maxBytes of all CRLs together; default 128 MiB. A larger CRL is not kept
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function createMemoryCrlCache(options: { readonly maxEntries?: number; readonly maxBytes?: number } = {}): CrlCache {
  knownOptions('createMemoryCrlCache', options, ['maxEntries', 'maxBytes']);
  const { maxEntries = 64, maxBytes = 128 * 1024 * 1024 } = options;
  for (const [name, value] of Object.entries({ maxEntries, maxBytes }))
    if (!Number.isSafeInteger(value) || value < 1) invalidArgument(`createMemoryCrlCache: ${name} is a whole number over 0`);
  const kept = new Map<string, CachedCrl>();
  let total = 0;
  const take = (url: string): CachedCrl | undefined => {
    const crl = kept.get(url);
    if (crl && kept.delete(url)) total -= sizeOf(crl);
    return crl;
  };
  const put = (url: string, crl: CachedCrl): void => {
    kept.set(url, crl);
    total += sizeOf(crl);
    for (const oldest of kept.keys()) {
      if (kept.size <= maxEntries && total <= maxBytes) return;
      take(oldest);
    }
  };
  return {
    async get(url) {
      const crl = take(url);
      if (crl) put(url, crl);
      return crl;
    },
    async set(url, { base, delta }) {
      take(url);
      const crl = { base: ownBytes(base), ...(delta && { delta: ownBytes(delta) }) };
      if (sizeOf(crl) <= maxBytes) put(url, crl);
    },
  };
}
