import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import type { KeyBackendFixture } from '../../src/index.js';
import { softwareKeys } from './software-keys.js';

/** A key that signs and two that seal, all at once. */
export async function openSealingBackend(): Promise<KeyBackendFixture & { backend: MemoryBackend }> {
  const backend = createMemoryBackend();
  backend.addKey({ label: 'signs', privateKey: (await softwareKeys())['ec-p256'] });
  const sealing = ['seals', 'seals, too'].map((label) => ({ ref: { label } }));
  for (const { ref } of sealing) backend.addSymmetricKey(ref);
  return { backend, keys: [{ spec: 'ec-p256', ref: { label: 'signs' } }], sealing };
}
