// npx pnpm interop [suite …]: runs the named suites, or all of them, against the programs on PATH.
// INTEROP=required makes a missing program a failure. Nothing is installed here.
import { existsSync, readdirSync } from 'node:fs';
import { findProgram, versionOf } from './lib/programs.js';
import { Report } from './lib/report.js';
import { Scope } from './lib/scope.js';
import type { Suite } from './lib/suite.js';

const folder = new URL('suites/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/suite.ts`, folder)))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`interop: there is no suite '${unknown}'\nusage: npx pnpm interop [${names.join('|')}]…`);
  process.exit(2);
}

const suites = new Map<string, Suite>();
for (const name of asked.length > 0 ? asked : names)
  suites.set(name, ((await import(`./suites/${name}/suite.ts`)) as { suite: Suite }).suite);

const found = new Map<string, string | undefined>();
for (const program of new Set([...suites.values()].flatMap(({ programs }) => programs))) {
  const path = findProgram(program);
  found.set(program, path);
  console.log(`${program.padEnd(20)} ${path ? await versionOf(program, path) : 'missing'}`);
}

const report = new Report();
let open = new Scope();
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => void open.close().finally(() => process.exit(code)));

for (const [name, suite] of suites) {
  console.log(`\n${name}: ${suite.title}`);
  const missing = suite.programs.filter((program) => !found.get(program));
  if (missing.length > 0) {
    const reason = `not on PATH: ${missing.join(', ')}`;
    if (process.env.INTEROP === 'required') report.fail(name, new Error(reason));
    else report.skip(name, reason);
    continue;
  }
  open = new Scope();
  try {
    await suite.run(report, open);
  } catch (error) {
    report.fail(`${name}: could not be run`, error);
  } finally {
    await open.close();
  }
}

console.log('');
// A case that missed its deadline may still hold something open; it does not get to keep this process.
process.exit(report.end().failed ? 1 : 0);
