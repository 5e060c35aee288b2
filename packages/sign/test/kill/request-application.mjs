import { createFolderStore } from '@securosys/core/folder-store';
import { createOci } from '@securosys/oci';
import { connectTsb, createSigner, prepareSigningRequest, resumeSigningRequest } from '@securosys/sign';

/** See request-application.d.mts. Plain JavaScript, because a compiler would take longer than the process that runs it. */
export async function requestApplication(orders, { fetch, step }) {
  const { url, token, folder, images, phase, publish, aheadMs } = orders;
  const clock = {
    now: () => Date.now() + aheadMs,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
  };
  const backend = connectTsb({ url, auth: { type: 'token', token }, fetch, clock, retries: 0 });
  const store = createFolderStore(folder);
  const chain = orders.chain.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));
  const signer = createSigner(backend, { label: 'release' }, { chain, store, clock });
  const oci = createOci({ clock });
  try {
    step('start');
    if (phase === 'clear') {
      await resumeSigningRequest(orders.id, { backend, store, oci, clock });
      return undefined;
    }
    const items = images.map((image) => ({ image, format: 'notation-jws' }));
    const request = await prepareSigningRequest(items, { signer, oci, clock, store, publish });
    step(`request ${request.id}`);
    if (phase === 'submit') await request.submit();
    else await request.complete({ approvalTimeoutMs: 5_000 });
    step(phase === 'submit' ? 'submitted' : 'completed');
    return undefined;
  } catch (error) {
    return error.code ?? String(error);
  } finally {
    await backend.close();
  }
}
