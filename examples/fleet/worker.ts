// One worker process of the fleet. It holds nothing that matters: it may be killed at any moment.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { storeConnection } from './redis-server.js';
import { createRedisStore } from './redis-store.js';
import { type SignJob, signJob } from './sign-job.js';
import { openSigning } from './signing.js';
import { quickClock, type WorkerSettings } from './worker-settings.js';

const settings = JSON.parse(process.env.FLEET ?? '{}') as WorkerSettings;
const { socket, lookAgainMs, concurrency, quick } = settings;
const store = createRedisStore(new Redis(storeConnection(socket)));
const own = { ...openSigning(settings), store, clock: quickClock(quick), lookAgainMs };
const worker = new Worker<SignJob, string>(settings.queue, (job, token) => signJob(job, token, own), {
  connection: new Redis({ path: socket, maxRetriesPerRequest: null }),
  concurrency,
  // How soon the jobs of a worker that died go to others, and how often that may happen to one job.
  ...{ lockDuration: 10_000, stalledInterval: 2_000, maxStalledCount: 10 },
});
worker.on('error', ({ message }) => console.error(message));
await worker.waitUntilReady();
process.send?.('ready');
