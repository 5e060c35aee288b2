import {
  canonicalJson,
  type JsonObject,
  type PendingCondition,
  type PendingStore,
  parseJsonObject,
  SignError,
} from '@securosys/core';
import type { Redis } from 'ioredis';

/** Redis runs a script as one step that nothing comes between: the condition still holds when the record is written. */
const condition = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if ARGV[2] == 'absent' and known then return 0 end
if ARGV[2] == 'nonce' then
  if not known then return 0 end
  local nonce = cjson.decode(known).nonce
  if type(nonce) ~= 'string' or nonce ~= ARGV[3] then return 0 end
end`;
const putScript = `${condition}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return 1`;
const deleteScript = `${condition}
return redis.call('HDEL', KEYS[1], ARGV[1])`;

const conditionArguments = ({ ifAbsent, ifNonce }: PendingCondition = {}): [string, string] => {
  if (ifAbsent) return ['absent', ''];
  return ifNonce === undefined ? ['none', ''] : ['nonce', ifNonce];
};

/**
 * A store of signing requests that many processes and machines share. All records are in one Redis hash. Redis has to write down what it
 * says it has (`appendonly yes`, `appendfsync always`) and to evict nothing (`maxmemory-policy noeviction`): a record that is lost is a
 * request that nobody remembers. Give it a connection with `autoResendUnfulfilledCommands: false`: a conditional write that is sent twice
 * answers the second time that it did not write.
 * @throws SignError (its methods) `ERR_STORE` when Redis does not answer, `ERR_MALFORMED` for a record that is no JSON object
 */
export function createRedisStore(redis: Redis, hash = 'signing:pending'): PendingStore {
  const ask = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new SignError('ERR_STORE', 'the pending store in Redis does not answer', { cause, retryable: true });
    }
  };
  return {
    async get(key) {
      const text = await ask(redis.hget(hash, key));
      return text === null ? undefined : parseJsonObject(text);
    },
    async put(key, record, wanted) {
      return (await ask(redis.eval(putScript, 1, hash, key, ...conditionArguments(wanted), canonicalJson(record)))) === 1;
    },
    async delete(key, wanted) {
      return (await ask(redis.eval(deleteScript, 1, hash, key, ...conditionArguments(wanted)))) === 1;
    },
    async *records(): AsyncGenerator<JsonObject> {
      // A scan may show a record twice.
      const seen = new Set<string>();
      let cursor = '0';
      do {
        const [next, found] = await ask(redis.hscan(hash, cursor, 'COUNT', 200));
        for (let at = 0; at + 1 < found.length; at += 2) {
          const [key, text] = [found[at] as string, found[at + 1] as string];
          if (!seen.has(key)) yield parseJsonObject(text);
          seen.add(key);
        }
        cursor = next;
      } while (cursor !== '0');
    },
  };
}
