import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import type { KeyBackendFixture } from '../../src/index.js';
import { leftOutHere } from './runtime.js';
import { softwareKeys } from './software-keys.js';

/** A key that signs and one that decrypts, both at once. */
export async function openDecryptingBackend(): Promise<KeyBackendFixture & { backend: MemoryBackend }> {
  const backend = createMemoryBackend();
  const { 'ec-p256': signs, 'rsa-2048': decrypts } = await softwareKeys();
  backend.addKey({ label: 'signs', privateKey: signs });
  backend.addKey({ label: 'decrypts', privateKey: decrypts, purpose: 'decrypt' });
  const decryption = [{ ref: { label: 'decrypts' }, unsupported: await leftOutHere() }];
  return { backend, keys: [{ spec: 'ec-p256', ref: { label: 'signs' } }], decryption };
}
