import type { KeyBackend } from '@securosys/core';
import type { CosignKmsContext, CosignKmsPlugin } from './plugin.js';

/** Opens the plugin's backend for one piece of work, and closes it whatever happens. */
export async function withBackend<T>(
  plugin: CosignKmsPlugin,
  context: CosignKmsContext,
  work: (backend: KeyBackend) => Promise<T>,
): Promise<T> {
  const backend = await plugin.open(context);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}
