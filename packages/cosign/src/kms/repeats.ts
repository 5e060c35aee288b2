import { type Operation, type PendingStore, recordKey, SignError, sha256Hex, utf8Bytes } from '@securosys/core';

const kind = 'cosign-kms';

/** How long a signature is given out again, in milliseconds. */
export const repeatedForMs = 15 * 60_000;

/**
 * Removes what finished long ago: whoever wants such a signature once more asks people once more. A record of others that cannot be read
 * keeps nobody from signing; the one that is needed is read by itself.
 */
export async function forgetOldRepeats(store: PendingStore, now: number): Promise<void> {
  try {
    for await (const record of store.records?.() ?? []) {
      const { kind: of, key, requestKey, finishedAt } = record;
      if (of !== kind || typeof key !== 'string' || typeof requestKey !== 'string' || typeof finishedAt !== 'number') continue;
      const age = now - finishedAt;
      if (age >= 0 && age < repeatedForMs) continue;
      await store.delete(requestKey);
      await store.delete(key);
    }
  } catch (error) {
    if (!SignError.is(error)) throw error;
  }
}

/**
 * Keeps the request that people have approved for a while: cosign may fail to push what it got, and a second run with the same bytes
 * would ask the same people again. What asked nobody leaves nothing behind.
 */
export async function keepForRepeats(store: PendingStore, operation: Operation<Uint8Array>, now: number): Promise<void> {
  if (operation.id === undefined) return operation.release();
  const requestKey = recordKey(operation);
  const key = sha256Hex(utf8Bytes(`${kind} ${requestKey}`));
  await store.put(key, { kind, version: 1, key, requestKey, finishedAt: now }, { ifAbsent: true });
}
