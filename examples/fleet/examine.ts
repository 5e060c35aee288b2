import { notationTrust, type Oci, verifyImage } from '@securosys/sign';
import type { FakeTsb } from '@securosys/tsb-emulator';
import type { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { storeConnection } from './redis-server.js';
import { createRedisStore } from './redis-store.js';
import type { SignJob } from './sign-job.js';
import { quickClock, type WorkerSettings } from './worker-settings.js';

/** What a run came to. */
export interface FleetReport {
  readonly images: number;
  /** Images that are trusted by what is attached. */
  readonly trusted: number;
  /** Signatures that are attached, to all images together. */
  readonly signatures: number;
  /** Images with a number of signatures other than one. */
  readonly notOnce: number;
  /** Requests that the TSB has ever got, and those of them that were executed. */
  readonly requests: number;
  readonly executed: number;
  /** Images that had two open requests at once. */
  readonly doubled: number;
  /** Jobs whose result is a signature that is really attached. */
  readonly jobsDone: number;
  /** Kinds of the records in the store that have not ended, but for those that remember ends on purpose. */
  readonly leftOver: readonly string[];
  /** Whether a worker was killed, and how many jobs all workers had in hand when it was. */
  readonly killed: boolean;
  readonly inHand: number;
}

/** What says for half a year that a request was used, so that no copy of its file is. */
const remembered = ['signing-trace', 'signing-clearing', 'signing-tag'];

/** Looks at the registry, the TSB, the queue and the store, and believes none of them alone. */
export async function examine(left: {
  readonly tsb: FakeTsb;
  readonly oci: Oci;
  readonly images: readonly string[];
  readonly repository: string;
  readonly jobs: readonly Job<SignJob, string>[];
  readonly anchor: Uint8Array;
  readonly socket: string;
  readonly quick: WorkerSettings['quick'];
}): Promise<Omit<FleetReport, 'doubled' | 'killed' | 'inHand'>> {
  const { tsb, oci, images, repository: name, jobs, anchor } = left;
  const rule = { registryScopes: [name], trustStores: ['ca:acme'], trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'] };
  const trustPolicies = [{ name: 'fleet', signatureVerification: { level: 'strict' }, ...rule }];
  const policy = { version: '1.0', trustPolicies };
  const trust = notationTrust({ policy, trustStore: { 'ca:acme': [anchor] }, allowEmulated: true });
  const clock = quickClock(left.quick);
  const attached = new Map<string, string[]>();
  let trusted = 0;
  for (const image of images) {
    const repository = oci.open(image);
    const { descriptor } = await repository.resolve();
    const found: string[] = [];
    for await (const { digest } of repository.referrers(descriptor)) found.push(digest);
    attached.set(image, found);
    const { reference } = await verifyImage(image, { trust, oci, clock });
    if (reference === image) trusted++;
  }
  const redis = new Redis(storeConnection(left.socket));
  const leftOver: string[] = [];
  for await (const { kind, ended } of createRedisStore(redis).records?.() ?? [])
    if (ended === undefined && !remembered.includes(String(kind))) leftOver.push(String(kind));
  redis.disconnect();
  const all = [...attached.values()];
  return {
    images: images.length,
    trusted,
    signatures: all.flat().length,
    notOnce: all.filter(({ length }) => length !== 1).length,
    requests: tsb.requests.length,
    executed: tsb.requests.filter(({ status }) => status === 'EXECUTED').length,
    jobsDone: jobs.filter(({ data, returnvalue }) => attached.get(data.image)?.includes(returnvalue)).length,
    leftOver,
  };
}
