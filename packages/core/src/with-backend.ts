import type { KeyBackend } from './backend.js';

/**
 * Works with a backend that was opened for this one piece of work, and closes it whatever happens.
 * @throws what opening, the work or closing throws
 */
export async function withBackend<T>(
  opened: KeyBackend | Promise<KeyBackend>,
  work: (backend: KeyBackend) => Promise<T>,
): Promise<T> {
  const backend = await opened;
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}
