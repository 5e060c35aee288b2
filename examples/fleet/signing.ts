import { base64Bytes, utf8Text } from '@securosys/core';
import {
  connectTsb,
  createMemoryStore,
  createOci,
  createSigner,
  type PendingStore,
  prepareSigningRequest,
  requestFile,
} from '@securosys/sign';
import type { SignJob } from './sign-job.js';
import type { WorkerSettings } from './worker-settings.js';

/** The connections of one process: with the TSB, and with the registry. */
export function openSigning({ tsb, chain, registry, targets }: WorkerSettings) {
  const backend = connectTsb({ url: tsb.url, auth: { type: 'token', token: () => tsb.token } });
  return { backend, chains: [chain.map((one) => base64Bytes(one))], oci: createOci({ plainHttp: [registry] }), targets };
}

/** Prepares the jobs, which asks nobody and keeps nothing but what is in them. */
export async function prepareJobs(settings: WorkerSettings, images: readonly string[]): Promise<SignJob[]> {
  const { backend, oci, chains, targets } = openSigning(settings);
  const store: PendingStore = createMemoryStore();
  const signer = createSigner(backend, { label: settings.key }, { store, chain: chains[0] });
  const jobs: SignJob[] = [];
  for (const image of images) {
    const request = await prepareSigningRequest([{ image, format: 'notation-jws' }], { signer, oci, targets });
    jobs.push({ image, request: utf8Text(await requestFile(request)) });
  }
  await backend.close();
  return jobs;
}
