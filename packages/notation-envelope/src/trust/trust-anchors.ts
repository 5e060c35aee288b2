import { equalBytes } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import type { AnchorFound } from '../evaluation/outcome-findings.js';
import type { VerificationStatement } from './policy-statement.js';
import type { TrustStore } from './trust-store.js';
import type { TrustStoreType } from './trust-store-name.js';

/** A store that a statement names: its certificates, or why they cannot be had. */
export interface LoadedStore {
  readonly type: TrustStoreType;
  readonly name: string;
  readonly certificates: readonly Certificate[];
  readonly error?: unknown;
}

/** Reads the stores of one type that a statement names, each once and in its order (`notation.md` §13). */
export async function loadStores(
  statement: VerificationStatement,
  store: TrustStore,
  type: TrustStoreType,
): Promise<readonly LoadedStore[]> {
  const names = new Set<string>();
  for (const entry of statement.trustStores) if (entry.type === type) names.add(entry.name);
  const [only] = names;
  // One store is the rule, and waiting for a list of one promise costs more than waiting for it.
  if (names.size === 1 && only !== undefined) return [await loadStore(store, type, only)];
  return Promise.all(Array.from(names, (name) => loadStore(store, type, name)));
}

async function loadStore(store: TrustStore, type: TrustStoreType, name: string): Promise<LoadedStore> {
  try {
    return { type, name, certificates: await store.load(type, name) };
  } catch (error) {
    return { type, name, certificates: [], error };
  }
}

/** Every certificate of the stores. @throws what kept one of them from being read: a store that cannot be had spoils the others */
export function certificatesIn(stores: readonly LoadedStore[]): readonly Certificate[] {
  for (const { error } of stores) if (error !== undefined) throw error;
  const [first] = stores;
  return stores.length === 1 && first ? first.certificates : stores.flatMap(({ certificates }) => certificates);
}

/** The first anchor that is byte for byte a certificate of the chain (`notation.md` §13). */
export function anchorOf(chain: readonly Certificate[], stores: readonly LoadedStore[]): AnchorFound | undefined {
  for (const { type, name, certificates } of stores)
    for (const anchor of certificates)
      if (chain.some((certificate) => certificate === anchor || equalBytes(certificate.der, anchor.der)))
        return found(anchor, `${type}:${name}`);
  return undefined;
}

/** Making the object costs more than finding the anchor, which is one of few. */
const lately = new WeakMap<Certificate, AnchorFound>();

function found(anchor: Certificate, store: string): AnchorFound {
  const known = lately.get(anchor);
  if (known?.store === store) return known;
  const made: AnchorFound = Object.freeze({
    store,
    get thumbprint() {
      return anchor.thumbprint;
    },
  });
  lately.set(anchor, made);
  return made;
}
