import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import { createTsbBackend, type TsbBackend, type TsbBackendOptions } from '@securosys/tsb-client';

/**
 * Keys behind a Transaction Security Broker. Nothing is sent before the first call.
 *
 * @example
 * ```ts
 * import { connectTsb, createSigner } from '@securosys/sign';
 * const backend = connectTsb({ url: 'https://tsb.example', auth: { type: 'token', token: async () => process.env.TSB_TOKEN ?? '' } });
 * const signer = createSigner(backend, { label: 'release-2026' });
 * await backend.close();
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ORIGIN_REFUSED`
 */
export function connectTsb(options: TsbBackendOptions): TsbBackend {
  return createTsbBackend(options);
}

/** Software keys in this process: for tests and examples only, with no I/O at all. */
export function connectMemory(options: { id?: string } = {}): MemoryBackend {
  return createMemoryBackend(options);
}
