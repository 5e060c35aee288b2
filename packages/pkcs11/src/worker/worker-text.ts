/// <reference path="./text-import.d.ts" />

/** What a worker runs, as one CommonJS text: `new Worker(await workerText(), { eval: true, workerData })`, with a `WorkerStart`. */
export async function workerText(): Promise<string> {
  const { text } = await import('./entry.js?text');
  return text;
}
