import { describe, expect, it } from 'vitest';
import { storedRequests } from '../../src/requests/stored-request.js';
import { Collection } from '../../src/store/collection.js';

const options = {
  name: 'things',
  limit: 2,
  idOf: (one: { id: string }) => one.id,
  encode: () => null,
  decode: () => ({ id: '' }),
};

describe('a collection', () => {
  it('that is full refuses another record with TSB error 701, and nothing is evicted or left half done', () => {
    const things = new Collection(options);
    for (const id of ['a', 'b', 'a']) things.put({ id });
    const refused = { message: 'the emulator holds at most 2 things', details: expect.objectContaining({ upstreamCode: 701 }) };
    expect(() => things.put({ id: 'c' })).toThrow(expect.objectContaining(refused));
    expect([things.ids(), things.changes().map(({ id }) => id)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    const [first] = things.all();
    if (first) things.delete(first);
    things.put({ id: 'c' });
    expect(things.ids()).toEqual(['b', 'c']);
  });

  it('of requests has the bound that the readme names', () => expect(storedRequests.limit).toBe(100_000));
});
