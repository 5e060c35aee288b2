import { createMemoryStore, type JsonObject, type PendingStore } from '@securosys/core';

/** A store over the records of a good one, with members that are worse. */
export type WorsenStore = (good: PendingStore) => Partial<PendingStore>;

/** Checks a condition, and writes a moment later. */
const later =
  (held: (found: JsonObject | undefined) => boolean, only: 'put' | 'delete'): WorsenStore =>
  (good) => ({
    [only]: async (key: string, ...[record, condition]: [JsonObject, object?]) => {
      const wanted = only === 'put' ? condition : record;
      if (wanted === undefined) return only === 'put' ? good.put(key, record) : good.delete(key);
      if (!held(await good.get(key))) return false;
      await Promise.resolve();
      if (only === 'put') await good.put(key, record);
      else await good.delete(key);
      return true;
    },
  });

const known = (found: JsonObject | undefined) => found?.nonce === 'known';
const cut = (key: string) => key.slice(0, 127);
const shared = new Map<string, JsonObject>();
const replaces = 'of many that replace the record they know, one is told that it did, and its record is there';

/** What is wrong, how, the claim that has to fail, and what it has to say. */
export const brokenStores: readonly (readonly [string, WorsenStore, string, RegExp])[] = [
  [
    'has a record for everything',
    (good) => ({ get: async (key) => (await good.get(key)) ?? {} }),
    'what was never written is undefined',
    /get should find nothing/,
  ],
  [
    'keeps records for itself',
    () => createMemoryStore(),
    'a record that was written is there for every other store at once, until it is deleted',
    /another store should see what was written/,
  ],
  [
    'leaves out what is null',
    (good) => ({
      put: (key, record, condition) =>
        good.put(key, Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)), condition),
    }),
    'a record comes back as the JSON that it was, with 64 KiB of text in it',
    /what was written/,
  ],
  [
    'merges records',
    (good) => ({
      put: async (key, record, condition) => good.put(key, { ...(await good.get(key)), ...record }, condition),
    }),
    'a record is replaced as a whole',
    /nothing of the old record/,
  ],
  [
    'keeps the objects that it is given',
    (good) => ({
      get: async (key) => shared.get(key),
      put: (key, record, condition) => {
        shared.set(key, record);
        return good.put(key, record, condition);
      },
    }),
    'what is handed in and out belongs to its owner: who changes it changes no record',
    /what was handed in/,
  ],
  [
    'cuts keys',
    (good) => ({
      get: (key) => good.get(cut(key)),
      put: (key, record, condition) => good.put(cut(key), record, condition),
    }),
    'keys are told apart by each of their up to 128 characters',
    /a record of its own/,
  ],
  [
    'lists a record twice',
    (good) => ({
      async *records() {
        for await (const record of good.records?.() ?? []) {
          yield record;
          if (`${record.nonce}`.endsWith('7')) yield record;
        }
      },
    }),
    'every record is listed once, and none that was deleted, if records are listed at all',
    /each record once/,
  ],
  [
    'lists the first hundred',
    (good) => ({
      async *records() {
        let left = 100;
        for await (const record of good.records?.() ?? []) if (left-- > 0) yield record;
      },
    }),
    'every record is listed once, and none that was deleted, if records are listed at all',
    /each record once/,
  ],
  [
    'looks whether there is a record before it creates one',
    later((found) => found === undefined, 'put'),
    'of many that create a record, one is told that it did, and its record is there',
    /one should have created it, not 12/,
  ],
  [
    'creates what is there',
    (good) => ({ put: (key, record) => good.put(key, record) }),
    'a record that is there is not created again, and can be once it is deleted',
    /ifAbsent should hold for no record that is there/,
  ],
  ['looks at the nonce before it replaces', later(known, 'put'), replaces, /one should have replaced it, not 12/],
  [
    'says that it replaced a record when it did not',
    (good) => ({
      put: async (key, record, condition) => (await good.put(key, record, condition)) || condition?.ifNonce === 'known',
    }),
    replaces,
    /one should have replaced it, not 12/,
  ],
  [
    'looks at the nonce before it deletes',
    later(known, 'delete'),
    'of one that replaces and many that delete the record they know, one is told that it did',
    /one should have changed it, not/,
  ],
  [
    'compares numbers with text',
    (good) => ({
      delete: async (key, condition) =>
        condition?.ifNonce !== undefined && `${(await good.get(key))?.nonce}` !== condition.ifNonce ? false : good.delete(key),
    }),
    'a record of another nonce, of none, or of one that is no text, is neither replaced nor deleted',
    /delete should not say that it deleted/,
  ],
  [
    'creates what should be replaced',
    (good) => ({
      put: async (key, record, condition) =>
        (await good.get(key)) === undefined ? good.put(key, record) : good.put(key, record, condition),
    }),
    'where there is no record, none of a nonce is replaced or deleted',
    /put should not say that it wrote/,
  ],
  [
    'takes an empty nonce for no condition',
    (good) => ({ delete: (key, condition) => good.delete(key, condition?.ifNonce ? condition : {}) }),
    'a nonce is compared as a whole, with the empty one too',
    /delete should not say that it deleted/,
  ],
];
