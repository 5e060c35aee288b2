import { describePendingStore } from '@securosys/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsInstalled, startRedis, storeConnection } from './redis-server.js';
import { createRedisStore } from './redis-store.js';

describe.skipIf(!redisIsInstalled)(
  `the store in Redis ${redisIsInstalled ? '' : '(skipped: redis-server is not installed)'}`,
  () => {
    let server: RedisServer;
    const connections: Redis[] = [];
    const connected = () => {
      const redis = new Redis(storeConnection(server.socket));
      connections.push(redis);
      return redis;
    };
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(async () => {
      for (const one of connections) one.disconnect();
      await server.close();
    });

    describePendingStore('in Redis, over several connections', async () => ({ open: () => createRedisStore(connected()) }), {
      describe,
      it,
    });

    it('refuses a record that is not strict JSON', async () => {
      const redis = connected();
      await redis.hset('signing:pending', 'k', '{"a":1,"a":2}');
      await expect(createRedisStore(redis).get('k')).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    });

    it('says that Redis is gone, and does not wait for it', async () => {
      const own = await startRedis();
      const redis = new Redis({ ...storeConnection(own.socket), retryStrategy: () => 5 });
      redis.on('error', () => undefined);
      const lonely = createRedisStore(redis);
      await lonely.put('k', { nonce: 'a' });
      await own.close();
      await expect(lonely.put('k', { nonce: 'b' }, { ifNonce: 'a' })).rejects.toMatchObject({
        code: 'ERR_STORE',
        retryable: true,
      });
      await expect(lonely.get('k')).rejects.toMatchObject({ code: 'ERR_STORE' });
      redis.disconnect();
    });
  },
);
