import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import type { KeyBackendFixture } from '../../src/index.js';
import { softwareKeys } from './software-keys.js';

/** A key that signs and one that derives, both at once. */
export async function openDerivingBackend(): Promise<KeyBackendFixture & { backend: MemoryBackend }> {
  const backend = createMemoryBackend();
  backend.addKey({ label: 'signs', privateKey: (await softwareKeys())['ec-p256'] });
  await backend.createKey({ label: 'derives', spec: 'ec-p256', purpose: 'derive' });
  const derivation = [{ spec: 'ec-p256', ref: { label: 'derives' } }] as const;
  return { backend, keys: [{ spec: 'ec-p256', ref: { label: 'signs' } }], derivation };
}
