/** OCSP responses in memory, the latest used last. What it gives back is checked again. */
export interface OcspCache {
  get(key: string): Uint8Array | undefined;
  set(key: string, der: Uint8Array): void;
  delete(key: string): void;
}

/** @param maxEntries 0 keeps nothing; one is 20 KiB at most */
export function createOcspCache(maxEntries: number): OcspCache {
  const kept = new Map<string, Uint8Array>();
  return {
    get(key) {
      const der = kept.get(key);
      if (der) {
        kept.delete(key);
        kept.set(key, der);
      }
      return der;
    },
    set(key, der) {
      if (maxEntries === 0) return;
      kept.delete(key);
      const [oldest] = kept.keys();
      if (kept.size >= maxEntries && oldest !== undefined) kept.delete(oldest);
      kept.set(key, der);
    },
    delete: (key) => void kept.delete(key),
  };
}
