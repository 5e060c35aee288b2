import assert from 'node:assert/strict';
import type { JsonObject } from '@securosys/core';
import { claim, expectRecord, freshKey } from './expectations.js';
import type { StoreClaim } from './fixture.js';

/** As JSON has it: every kind of value, text that has to be escaped or takes more than a byte, and as long as an order of many images. */
const rich = (): JsonObject => ({
  nonce: 'a "quoted" \\ nonce\n',
  ünïcode: ['ß', '签名', '🔏', '\u2028', ''],
  numbers: [0, -1, 1.5, 2 ** 53 - 1],
  nothing: null,
  empty: [{}, [], [[]]],
  deep: { yes: true, no: false, down: { down: [{ down: null }] } },
  long: 'x'.repeat(65_536),
});
const longest = 128;
/** More than a server gives in one answer to who lists. */
const many = 300;

/** What a store owes each record. */
export const recordClaims: readonly StoreClaim[] = [
  claim('what was never written is undefined', async ({ store, key }) => {
    expectRecord('get should find nothing', await store.get(key), undefined);
  }),
  claim('a record that was written is there for every other store at once, until it is deleted', async ({ store, key, seen }) => {
    assert.equal(await store.put(key, { nonce: 'a' }), true, 'put without a condition should say that it wrote');
    expectRecord('another store should see what was written', await seen(), { nonce: 'a' });
    assert.equal(await store.delete(key), true, 'delete should say that it deleted');
    expectRecord('another store should see nothing after that', await seen(), undefined);
    await store.delete(key);
  }),
  claim('a record comes back as the JSON that it was, with 64 KiB of text in it', async ({ store, key, seen }) => {
    await store.put(key, rich());
    expectRecord('the record should be what was written', await seen(), rich());
  }),
  claim('a record is replaced as a whole', async ({ store, key, seen }) => {
    await store.put(key, { nonce: 'a', requestId: 'r-1' });
    assert.equal(await store.put(key, { nonce: 'b' }), true, 'put without a condition should say that it wrote');
    expectRecord('nothing of the old record should stay', await seen(), { nonce: 'b' });
  }),
  claim('what is handed in and out belongs to its owner: who changes it changes no record', async ({ store, key, seen }) => {
    const list = ['a'];
    await store.put(key, { list });
    list.push('b');
    expectRecord('the record should not follow what was handed in', await seen(), { list: ['a'] });
    const found = (await store.get(key))?.list;
    assert.ok(Array.isArray(found), 'the record should have its list');
    found.push('c');
    expectRecord('the record should not follow what was handed out', await store.get(key), { list: ['a'] });
  }),
  {
    name: 'keys are told apart by each of their up to 128 characters',
    async check({ open }) {
      const store = await open();
      const long = freshKey().padEnd(longest - 1, '-');
      const keys = [`${long}1`, `${long}2`, `${long.slice(0, -1)}_`, freshKey()];
      try {
        for (const key of keys) await store.put(key, { key });
        for (const key of keys) expectRecord(`${key} should have a record of its own`, await store.get(key), { key });
      } finally {
        for (const key of keys) await store.delete(key);
      }
    },
  },
  {
    name: 'every record is listed once, and none that was deleted, if records are listed at all',
    async check({ open }) {
      const [store, other] = [await open(), await open()];
      if (!store.records) return;
      const nonces = Array.from({ length: many }, freshKey);
      const listed = async () => {
        const found: unknown[] = [];
        for await (const { nonce } of other.records?.() ?? []) if (nonces.includes(String(nonce))) found.push(nonce);
        return found;
      };
      try {
        await Promise.all(nonces.map((nonce) => store.put(nonce, { nonce })));
        assert.deepEqual((await listed()).sort(), [...nonces].sort(), 'records should give each record once');
      } finally {
        await Promise.all(nonces.map((nonce) => store.delete(nonce)));
      }
      assert.deepEqual(await listed(), [], 'records should not give what was deleted');
    },
  },
];
