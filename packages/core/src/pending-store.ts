import { canonicalJson, type JsonObject, parseJsonObject } from './json.js';

/**
 * Where intents and request ids wait. A record is written *before* a request is created and completed *after*, so that no
 * crash can lose a request or make a second one. Records are small JSON objects without secrets or results.
 */
export interface PendingStore {
  get(key: string): Promise<JsonObject | undefined>;
  /** With `ifAbsent`: writes only when there is no record, atomically, and says whether it did. */
  put(key: string, record: JsonObject, options?: { ifAbsent?: boolean }): Promise<boolean>;
  delete(key: string): Promise<void>;
}

/** A store that lives as long as the process: enough when no key needs approval, and for tests. */
export function createMemoryStore(): PendingStore {
  const records = new Map<string, string>();
  return {
    get: async (key) => {
      const text = records.get(key);
      return text === undefined ? undefined : parseJsonObject(text);
    },
    put: async (key, record, options) => {
      if (options?.ifAbsent && records.has(key)) return false;
      records.set(key, canonicalJson(record));
      return true;
    },
    delete: async (key) => {
      records.delete(key);
    },
  };
}
