import type { Report } from './report.js';
import type { Scope } from './scope.js';

/** What `interop/suites/<name>/suite.ts` exports as `suite`. */
export interface Suite {
  readonly title: string;
  /** Programs that have to be on `PATH`. */
  readonly programs: readonly string[];
  run(report: Report, scope: Scope): Promise<void>;
}
