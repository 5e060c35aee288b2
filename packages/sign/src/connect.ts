import { createMemoryBackend, type MemoryBackend } from '@securosys/core/memory';
import type { OpenPkcs11Options, Pkcs11Backend } from '@securosys/pkcs11';
import { createTsbBackend, type TsbBackend, type TsbBackendOptions } from '@securosys/tsb-client';
import { loadPkcs11 } from './load-pkcs11.js';

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

/**
 * Keys on a PKCS#11 token: of an HSM with a driver, a smart card, or SoftHSM. Needs the packages `@securosys/pkcs11` and `pkcs11js`, which
 * an installation of this one does not bring along, because the second is compiled where it is installed. Nobody logs in before a key is
 * asked for, and no native call is made on the thread of the caller.
 *
 * @example
 * ```ts
 * import { connectPkcs11, createSigner } from '@securosys/sign';
 * const backend = await connectPkcs11({
 *   module: '/usr/local/primus/lib/libprimusP11.so',
 *   uri: 'pkcs11:token=PRIMUSDEV',
 *   pin: { file: '/run/secrets/hsm-pin' },
 * });
 * const signer = createSigner(backend, { label: 'release-2026' });
 * await backend.close();
 * ```
 * @throws SignError `ERR_CAPABILITY_MISSING` where one of the packages is not installed or not compiled, and those of `openPkcs11`
 */
export async function connectPkcs11(options: OpenPkcs11Options): Promise<Pkcs11Backend> {
  const { openPkcs11 } = await loadPkcs11();
  return openPkcs11(options);
}

/** Software keys in this process: for tests and examples only, with no I/O at all. */
export function connectMemory(options: { id?: string } = {}): MemoryBackend {
  return createMemoryBackend(options);
}
