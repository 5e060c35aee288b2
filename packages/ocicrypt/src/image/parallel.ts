/**
 * Works on everything, on at most `bound` things at once. After a failure nothing new is begun; what runs is told to stop and waited for, so that
 * nothing happens behind the caller's back.
 * @returns the results in the order of the items
 */
export async function inParallel<T, R>(
  items: readonly T[],
  bound: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const queue = items.entries();
  const failures: unknown[] = [];
  const runners = Array.from({ length: Math.min(bound, items.length) }, async () => {
    for (const [at, item] of queue) {
      if (both.aborted) return;
      try {
        results[at] = await work(item, both);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  });
  await Promise.all(runners);
  if (failures.length > 0) throw failures[0];
  signal?.throwIfAborted();
  return results;
}
