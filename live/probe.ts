import { SignError, sanitizeText } from '@securosys/core';
import type { World } from './world.js';

/** A group of questions to a TSB. */
export interface Probe {
  readonly name: string;
  run(world: World, step: Step): Promise<void>;
}

/** One thing that has to work. What it throws is reported, and the next one goes on. */
export type Step = (title: string, work: () => Promise<void>) => Promise<void>;

export function stepsOf(world: World): Step {
  return async (title, work) => {
    try {
      await work();
      world.report.pass(title);
    } catch (error) {
      const why = SignError.is(error) ? `${error.code} ${error.message}` : error instanceof Error ? error.message : 'no error';
      world.report.fail(title, sanitizeText(why, 300));
    }
  };
}

/** What a step expects, in words that stand in the report when it does not hold. */
export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
