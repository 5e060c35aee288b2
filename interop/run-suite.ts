// Runs the suite that is named, in a process that `run.ts` starts for it and tells the count to.
import { findProgram, versionOf } from './lib/programs.js';
import { Report } from './lib/report.js';
import { Scope } from './lib/scope.js';
import type { Suite } from './lib/suite.js';

const name = process.argv[2] ?? '';
const report = new Report();
const scope = new Scope();

let ending = false;
const end = (code: number): void => {
  // A terminal tells this process as well as the one that passes it on.
  if (ending) return;
  ending = true;
  void scope.close().finally(() => process.exit(code));
};
process.on('SIGINT', () => end(130));
process.on('SIGTERM', () => end(143));
process.once('disconnect', () => end(1));

const { suite } = (await import(`./suites/${name}/suite.ts`)) as { suite: Suite };
console.log(`\n${name}: ${suite.title}`);
const missing: string[] = [];
for (const program of suite.programs) {
  const path = findProgram(program);
  if (path === undefined) missing.push(program);
  console.log(`${program.padEnd(20)} ${path === undefined ? 'missing' : await versionOf(program, path)}`);
}

if (missing.length > 0) {
  const reason = `not on PATH: ${missing.join(', ')}`;
  if (process.env.INTEROP === 'required') report.fail(name, new Error(reason));
  else report.skip(name, reason);
} else {
  try {
    await suite.run(report, scope);
  } catch (error) {
    report.fail(`${name}: could not be run`, error);
  } finally {
    await scope.close();
  }
}

const { failed } = report.end();
// A case that missed its deadline may still hold something open; it does not get to keep this process.
process.send?.(report.counts(), undefined, undefined, () => process.exit(failed ? 1 : 0));
