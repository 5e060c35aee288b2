import { canonicalJson, type JsonObject, parseJsonObject } from './json.js';

/** Makes a write depend on what is there; nothing is written when it is not so. */
export interface PendingCondition {
  /** Only when there is no record. */
  readonly ifAbsent?: boolean;
  /** Only when the record there has this `nonce` member. */
  readonly ifNonce?: string;
}

/**
 * Where intents and request ids wait. A record is written *before* a request is created and completed *after*, so that no
 * crash can lose a request or make a second one. Records are small JSON objects without secrets or results.
 *
 * Conditions must be checked and applied as one atomic step over all processes that share the store: they are what keeps two
 * runs from making two requests. In SQL that is one `insert … on conflict do nothing` or `update … where nonce = …`.
 */
export interface PendingStore {
  get(key: string): Promise<JsonObject | undefined>;
  /** Says whether it wrote. */
  put(key: string, record: JsonObject, condition?: PendingCondition): Promise<boolean>;
  /** Says whether it deleted, as far as the condition goes. */
  delete(key: string, condition?: Pick<PendingCondition, 'ifNonce'>): Promise<boolean>;
  /** Every record, in any order: to tell known requests from orphaned ones. Without it orphans cannot be listed. */
  records?(): AsyncIterable<JsonObject>;
}

/** Whether a condition holds for the record that is there. */
export function conditionHolds(record: JsonObject | undefined, { ifAbsent, ifNonce }: PendingCondition = {}): boolean {
  if (ifAbsent && record !== undefined) return false;
  return ifNonce === undefined || record?.nonce === ifNonce;
}

/** A store that lives as long as the process: enough when no key needs approval, and for tests. */
export function createMemoryStore(): PendingStore {
  const records = new Map<string, string>();
  const read = (key: string) => {
    const text = records.get(key);
    return text === undefined ? undefined : parseJsonObject(text);
  };
  return {
    get: async (key) => read(key),
    put: async (key, record, condition) => {
      if (!conditionHolds(read(key), condition)) return false;
      records.set(key, canonicalJson(record));
      return true;
    },
    delete: async (key, condition) => {
      if (!conditionHolds(read(key), condition)) return false;
      return records.delete(key);
    },
    async *records() {
      for (const text of [...records.values()]) yield parseJsonObject(text);
    },
  };
}
