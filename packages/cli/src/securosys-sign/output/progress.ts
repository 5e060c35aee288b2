import type { OperationState } from '@securosys/core';
import type { SecurosysSignIo } from '../io.js';
import type { NameOf } from './approval-text.js';
import type { Output } from './output.js';
import { openLines } from './progress-lines.js';

/** Something that gets done piece by piece. */
export interface ProgressTask {
  /** How much is done now; `text` stands behind it. */
  set(done: number, text?: string): void;
  end(): void;
}

/** What is shown while something takes time. */
export interface Progress {
  task(name: string, total: number, unit: 'bytes' | 'items'): ProgressTask;
  /** For `onProgress` and `onApproval`: who has approved, who is missing, how long it may take. */
  approvals(name: string): (state: OperationState) => void;
  /** Leaves the screen as it has to be for results. */
  stop(): void;
}

const nothing: Progress = {
  task: () => ({ set: () => undefined, end: () => undefined }),
  approvals: () => () => undefined,
  stop: () => undefined,
};

/** Bars on a terminal, lines where a person reads a log, nothing for machines. */
export async function openProgress(
  output: Output,
  { stderr, env }: Pick<SecurosysSignIo, 'stderr' | 'env'>,
  shown: { readonly now: () => number; readonly name: NameOf },
): Promise<Progress> {
  if (output.quiet) return nothing;
  if (stderr.isTTY === true && env.TERM !== 'dumb') {
    const { openBars } = await import('./bars.js');
    return openBars(stderr, shown);
  }
  return openLines(output, shown);
}
