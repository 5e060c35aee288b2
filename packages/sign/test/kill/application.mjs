import { createSigner } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { createTsbBackend } from '@securosys/tsb-client';

/** See application.d.mts. Plain JavaScript, because a compiler would take longer than the process that runs it. */
export async function application({ url, token, folder, message, aheadMs, waitMs }, { fetch, step, keep }) {
  const clock = {
    now: () => Date.now() + aheadMs,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
  };
  const auth = { type: 'token', token };
  const backend = createTsbBackend({ url, auth, fetch, clock, retries: 0 });
  const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, store: createFolderStore(folder), clock });
  try {
    step('start');
    const input = { message: new TextEncoder().encode(message) };
    const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input });
    step('begun');
    if (waitMs === 0) return undefined;
    keep(Buffer.from(await operation.result({ timeoutMs: waitMs })).toString('base64'));
    step('result kept');
    await operation.release();
    step('released');
    return undefined;
  } catch (error) {
    return error.code ?? String(error);
  } finally {
    await backend.close();
  }
}
