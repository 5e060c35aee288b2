/** Runs what does not depend on each other, so many at a time. */
export async function atMost(width: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const left = tasks.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const task of left) await task();
    }),
  );
}
