import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';

/** Whether the real Redis is here: `apt-get install redis-server`. */
export const redisIsInstalled = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/** A running Redis, behind a socket that only this user reaches. */
export interface RedisServer {
  readonly socket: string;
  close(): Promise<void>;
}

/** What a request store needs of a connection: it says that it failed, and sends nothing twice. */
export const storeConnection = (socket: string): RedisOptions => ({
  path: socket,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 2,
  commandTimeout: 5_000,
});

/** Starts Redis as a request store needs it: what it has answered is on the disk, and nothing is evicted. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-redis-'));
  const socket = join(folder, 'redis.sock');
  const settings = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder, '--save', ''];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  const program = spawn('redis-server', [...settings, ...durable], { stdio: 'ignore' });
  const end = () => program.kill('SIGKILL');
  process.once('exit', end);
  const redis = new Redis({ path: socket, retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // Not there yet: it is asked again.
  try {
    const answered = await Promise.race([redis.ping(), sleep(10_000, undefined, { ref: false })]);
    if (answered !== 'PONG') throw new Error('redis-server does not start');
  } finally {
    redis.disconnect();
  }
  return {
    socket,
    async close() {
      process.off('exit', end);
      if (program.exitCode === null && program.kill('SIGTERM')) await once(program, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
