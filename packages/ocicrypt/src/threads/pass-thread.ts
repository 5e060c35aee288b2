import type { StageJob, StageProgress } from './pass-job.js';
import { runStage } from './run-stage.js';

/** What a worker runs: one stage after the other, each as its message says. Bundled to one text, see `thread-text.ts`. */
const { parentPort: parent } = process.getBuiltinModule('node:worker_threads');

parent?.on('message', async (job: StageJob) => {
  const tell = (bytes: number) => parent.postMessage({ kind: 'progress', bytes } satisfies StageProgress);
  parent.postMessage(await runStage(job, tell));
});
