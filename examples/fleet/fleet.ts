import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { base64Text } from '@securosys/core';
import { startTsbEmulator } from '@securosys/tsb-emulator';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { examine, type FleetReport } from './examine.js';
import { pushImages, serveRegistry } from './images.js';
import { createOfficers, createPeople } from './people.js';
import { startRedis } from './redis-server.js';
import type { SignJob } from './sign-job.js';
import { prepareJobs } from './signing.js';
import type { WorkerSettings } from './worker-settings.js';

/** How large the demonstration is. */
export interface FleetOptions {
  readonly images: number;
  /** Worker number one is killed when so many images are signed. */
  readonly killAfter: number;
  readonly tell?: (line: string) => void;
}

const workers = 3;
const queueName = 'signing';
const label = 'release';
const longestMs = 120_000;
const program = fileURLToPath(new URL('./worker.ts', import.meta.url));

async function startWorker(settings: WorkerSettings): Promise<ChildProcess> {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const worker = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...environment, FLEET: JSON.stringify(settings) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(worker, 'exit').then(([code]) => Promise.reject(new Error(`a worker ended with ${code}`)));
  await Promise.race([once(worker, 'message'), ended]);
  ended.catch(() => undefined);
  return worker;
}

async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode === null && worker.signalCode === null && worker.kill('SIGKILL')) await once(worker, 'exit');
}

/** Signs many images with three worker processes, kills one of them in between, and looks at what is left. */
export async function runFleet({ images: count, killAfter, tell = () => undefined }: FleetOptions): Promise<FleetReport> {
  const ends: (() => unknown)[] = [];
  try {
    const [redis, registry, emulator] = [await startRedis(), await serveRegistry(), await startTsbEmulator({ banner: () => {} })];
    ends.push(redis.close, registry.close, emulator.close);
    const { tsb } = emulator;
    const { approvers, policy } = createPeople();
    const { spki } = await tsb.addKey({ label, spec: 'ec-p256', policy });
    const authority = tsb.certificateAuthority;
    const chain = [await authority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await authority.root()];
    const repository = `${registry.host}/shop/app`;
    const images = await pushImages(registry.oci, repository, count);
    tell(`${count} images are pushed`);

    const connection = new Redis({ path: redis.socket, maxRetriesPerRequest: null });
    const queue = new Queue<SignJob, string>(queueName, { connection });
    ends.push(() => queue.close().then(() => connection.disconnect()));
    const quick = { since: Date.now(), factor: 20 };
    const settings: WorkerSettings = {
      tsb: { url: emulator.url, token: emulator.token },
      chain: chain.map((der) => base64Text(der)),
      ...{ key: label, registry: registry.host, targets: [repository], socket: redis.socket, queue: queueName, quick },
      ...{ lookAgainMs: 500 + 5 * count, concurrency: 8 },
    };
    const jobs = await prepareJobs(settings, images);
    tell(`${count} requests are prepared`);
    const fleet = await Promise.all(Array.from({ length: workers }, () => startWorker(settings)));
    for (const worker of fleet) ends.push(() => endWorker(worker));
    tell(`workers ${fleet.map(({ pid }) => pid).join(', ')} are up`);

    const retries = { attempts: 20, backoff: { type: 'exponential', delay: 500 } };
    await queue.addBulk(
      jobs.map((data) => ({ name: 'sign', data, opts: { ...retries, jobId: data.image.split(':').at(-1) as string } })),
    );
    tell(`${count} jobs are in the queue`);

    const officers = createOfficers(tsb, approvers);
    let victim: ChildProcess | undefined;
    let inHand = 0;
    for (const started = Date.now(); ; await sleep(100)) {
      await officers.approve();
      const { completed = 0, failed = 0, active = 0 } = await queue.getJobCounts('completed', 'failed', 'active');
      if (!victim && completed >= killAfter && active > 0) {
        victim = fleet[0] as ChildProcess;
        await endWorker(victim);
        inHand = active;
        tell(`worker ${victim.pid} is killed: ${completed} images are signed, ${active} are in hand`);
      }
      if (completed + failed === count) break;
      if (Date.now() - started > longestMs) throw new Error(`only ${completed} of ${count} images are signed`);
    }
    tell('every job has ended');
    const ended = await queue.getJobs(['completed', 'failed']);
    const anchor = chain.at(-1) as Uint8Array;
    const report = await examine({
      ...{ tsb, oci: registry.oci, images, repository, jobs: ended, anchor, socket: redis.socket, quick },
    });
    return { ...report, doubled: officers.doubled.size, killed: victim?.signalCode === 'SIGKILL', inHand };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
