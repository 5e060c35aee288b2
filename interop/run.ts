// npx pnpm interop [suite …]: runs the named suites, or all of them, against the programs on PATH.
// INTEROP=required makes a missing program a failure. Nothing is installed here.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Counts, Report } from './lib/report.js';

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

// A process for each suite: what one of them loads (a PKCS#11 module reads its configuration once in its life), sets or breaks is not
// the next one's.
const program = fileURLToPath(new URL('run-suite.ts', import.meta.url));
const report = new Report();
let running: ChildProcess | undefined;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    if (!running) process.exit(code);
    running.once('close', () => process.exit(code));
    running.kill(signal);
  });

for (const name of asked.length > 0 ? asked : names) {
  running = spawn(process.execPath, [...process.execArgv, program, name], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  let counts: Counts | undefined;
  running.on('message', (message) => {
    counts = message as Counts;
  });
  const [code, signal] = (await once(running, 'close')) as [number | null, NodeJS.Signals | null];
  running = undefined;
  if (counts) report.add(counts);
  else report.fail(name, new Error(`its process ended with ${signal ?? code} before it had a count`));
}

console.log('');
process.exit(report.end().failed ? 1 : 0);
