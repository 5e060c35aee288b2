import type { JsonObject } from '@securosys/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsInstalled, startRedis, storeConnection } from './redis-server.js';
import { createRedisStore } from './redis-store.js';

describe.skipIf(!redisIsInstalled)(
  `the store in Redis ${redisIsInstalled ? '' : '(skipped: redis-server is not installed)'}`,
  () => {
    let server: RedisServer;
    let connections: Redis[];
    beforeAll(async () => {
      server = await startRedis();
      connections = Array.from({ length: 6 }, () => new Redis(storeConnection(server.socket)));
    });
    afterAll(async () => {
      for (const one of connections) one.disconnect();
      await server.close();
    });
    beforeEach(async () => void (await connections[0]?.flushall()));
    const stores = () => connections.map((one) => createRedisStore(one));
    const store = (at = 0) => stores()[at] as ReturnType<typeof createRedisStore>;
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

    it('keeps records over connections, and forgets what is deleted', async () => {
      expect(await store().get('k')).toBeUndefined();
      expect(await store().put('k', { nonce: 'a', list: [1, { two: 'ü' }] })).toBe(true);
      expect(plain(await store(1).get('k'))).toEqual({ nonce: 'a', list: [1, { two: 'ü' }] });
      expect(await store(1).delete('k')).toBe(true);
      expect(await store().delete('k')).toBe(false);
      expect(await store().get('k')).toBeUndefined();
    });

    it('lets exactly one of many create a record', async () => {
      const won = await Promise.all(
        Array.from({ length: 60 }, (_, n) => store(n % 6).put('k', { nonce: `${n}` }, { ifAbsent: true })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store().get('k'))?.nonce).toBe(`${won.indexOf(true)}`);
    });

    it('lets exactly one of many replace, and exactly one delete, a record that all know', async () => {
      await store().put('k', { nonce: 'start' });
      const won = await Promise.all(
        Array.from({ length: 60 }, (_, n) => store(n % 6).put('k', { nonce: `${n}` }, { ifNonce: 'start' })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      const nonce = `${won.indexOf(true)}`;
      expect(await store().delete('k', { ifNonce: 'start' })).toBe(false);
      const gone = await Promise.all(stores().map((one) => one.delete('k', { ifNonce: nonce })));
      expect(gone.filter(Boolean)).toHaveLength(1);
    });

    it('takes a record without that nonce for another, whatever its type', async () => {
      expect(await store().put('k', {}, { ifNonce: 'a' })).toBe(false);
      const others: JsonObject[] = [{}, { nonce: null }, { nonce: 5 }, { nonce: ['a'] }];
      for (const record of others) {
        await store().put('k', record);
        for (const ifNonce of ['', '5', 'a', 'null']) expect(await store().put('k', { nonce: 'x' }, { ifNonce })).toBe(false);
        expect(plain(await store().get('k'))).toEqual(record);
      }
    });

    it('lists every record once', async () => {
      const names = Array.from({ length: 700 }, (_, n) => `${n}`);
      await Promise.all(names.map((name) => store().put(`key-${name}`, { name })));
      const found: unknown[] = [];
      for await (const { name } of store(1).records?.() ?? []) found.push(name);
      expect(found.sort()).toEqual(names.sort());
    });

    it('refuses a record that is not strict JSON', async () => {
      await connections[0]?.hset('signing:pending', 'k', '{"a":1,"a":2}');
      await expect(store().get('k')).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
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
