import assert from 'node:assert/strict';
import type { JsonObject } from '@securosys/core';
import { claim, expectRecord, winners } from './expectations.js';
import type { StoreClaim } from './fixture.js';

/** Records that do not have the nonce `5`, though some databases could take them for it. */
const others: readonly JsonObject[] = [{}, { nonce: null }, { nonce: 5 }, { nonce: ['5'] }, { nonce: '' }, { nonce: '5 ' }];

/** What keeps two runs from making two requests (threat model S29): conditions that hold at the very moment of the write. */
export const conditionClaims: readonly StoreClaim[] = [
  claim('of many that create a record, one is told that it did, and its record is there', async (one) => {
    const won = await winners(one, (store, n) => store.put(one.key, { nonce: `${n}` }, { ifAbsent: true }));
    assert.equal(won.length, 1, `one should have created it, not ${won.length}`);
    expectRecord('the record should be that of who created it', await one.seen(), { nonce: `${won[0]}` });
  }),
  claim('a record that is there is not created again, and can be once it is deleted', async ({ store, key, seen }) => {
    await store.put(key, { nonce: 'a' });
    assert.equal(
      await store.put(key, { nonce: 'b' }, { ifAbsent: true }),
      false,
      'ifAbsent should hold for no record that is there',
    );
    expectRecord('the record should be what it was', await seen(), { nonce: 'a' });
    await store.delete(key);
    assert.equal(await store.put(key, { nonce: 'b' }, { ifAbsent: true }), true, 'ifAbsent should hold after delete');
  }),
  claim('of many that replace the record they know, one is told that it did, and its record is there', async (one) => {
    await one.store.put(one.key, { nonce: 'known' });
    const won = await winners(one, (store, n) => store.put(one.key, { nonce: `${n}` }, { ifNonce: 'known' }));
    assert.equal(won.length, 1, `one should have replaced it, not ${won.length}`);
    expectRecord('the record should be that of who replaced it', await one.seen(), { nonce: `${won[0]}` });
  }),
  claim('of one that replaces and many that delete the record they know, one is told that it did', async (one) => {
    await one.store.put(one.key, { nonce: 'known' });
    const won = await winners(one, (store, n) =>
      n === 3 ? store.put(one.key, { nonce: 'new' }, { ifNonce: 'known' }) : store.delete(one.key, { ifNonce: 'known' }),
    );
    assert.equal(won.length, 1, `one should have changed it, not ${won.length}`);
    expectRecord('the record should be new or gone', await one.seen(), won[0] === 3 ? { nonce: 'new' } : undefined);
  }),
  claim(
    'a record of another nonce, of none, or of one that is no text, is neither replaced nor deleted',
    async ({ store, key, seen }) => {
      for (const record of others) {
        await store.put(key, record);
        assert.equal(await store.put(key, { nonce: 'b' }, { ifNonce: '5' }), false, 'put should not say that it wrote');
        assert.equal(await store.delete(key, { ifNonce: '5' }), false, 'delete should not say that it deleted');
        expectRecord('the record should be what it was', await seen(), record);
      }
    },
  ),
  claim('where there is no record, none of a nonce is replaced or deleted', async ({ store, key, seen }) => {
    assert.equal(await store.put(key, { nonce: 'b' }, { ifNonce: 'a' }), false, 'put should not say that it wrote');
    assert.equal(await store.delete(key, { ifNonce: 'a' }), false, 'delete should not say that it deleted');
    expectRecord('nothing should be there', await seen(), undefined);
  }),
  claim('a nonce is compared as a whole, with the empty one too', async ({ store, key, seen }) => {
    const nonces = ['', 'ü "quoted" \\', `${key}${key}`];
    for (const nonce of nonces) {
      await store.put(key, { nonce });
      for (const ifNonce of [`${nonce}x`, nonce === '' ? 'x' : ''])
        assert.equal(await store.delete(key, { ifNonce }), false, 'delete should not say that it deleted');
      assert.equal(await store.put(key, { nonce, n: 1 }, { ifNonce: nonce }), true, 'put should say that it wrote');
      expectRecord('the record should be the new one', await seen(), { nonce, n: 1 });
      assert.equal(await store.delete(key, { ifNonce: nonce }), true, 'delete should say that it deleted');
    }
  }),
];
