import { createMemoryStore, createSigner, type KeySpec, type PendingStore, type SignerOptions } from '@securosys/core';
import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import { createOci, type Oci } from '@securosys/oci';
import { createMemoryRegistry, createTestClock, type MemoryRegistry, type TestClock } from '@securosys/testing';
import { type CosignTrustOptions, cosignTrust } from '../../src/index.js';
import { pushImage, tagged } from '../helpers.js';

/** A registry with an image, and software keys: nothing that takes time. */
export interface CosignWorld {
  readonly clock: TestClock;
  readonly registry: MemoryRegistry;
  readonly oci: Oci;
  readonly backend: MemoryBackend;
  readonly store: PendingStore;
  readonly digest: string;
  signer(label?: string, options?: SignerOptions): ReturnType<typeof createSigner>;
  spki(label?: string): Promise<Uint8Array>;
  trust(options?: Partial<CosignTrustOptions>, ...labels: string[]): Promise<ReturnType<typeof cosignTrust>>;
}

export async function createCosignWorld(keys: Readonly<Record<string, KeySpec>> = { release: 'ec-p256' }): Promise<CosignWorld> {
  const clock = createTestClock('2026-03-01T00:00:00Z');
  const registry = createMemoryRegistry();
  const oci = createOci({ fetch: registry.fetch, clock });
  const backend = createMemoryBackend();
  for (const [label, spec] of Object.entries(keys)) await backend.createKey({ label, spec });
  const store = createMemoryStore();
  const spki = async (label = 'release') => (await backend.describeKey({ label })).spki;
  return {
    clock,
    registry,
    oci,
    backend,
    store,
    digest: await pushImage(oci, tagged),
    signer: (label = 'release', options = {}) => createSigner(backend, { label }, { store, clock, ...options }),
    spki,
    async trust(options = {}, ...labels) {
      const names = labels.length === 0 ? ['release'] : labels;
      return cosignTrust({
        keys: await Promise.all(names.map(async (name) => ({ publicKey: await spki(name), name }))),
        ...options,
      });
    },
  };
}
