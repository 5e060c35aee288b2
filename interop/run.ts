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
const running = new Set<ChildProcess>();
const left = asked.length > 0 ? [...asked] : [...names];
const alone = left.length === 1;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    if (running.size === 0) process.exit(code);
    for (const child of running) {
      child.once('close', () => running.size === 0 && process.exit(code));
      child.kill(signal);
    }
    left.length = 0;
  });

/** Runs one suite. What it says comes at once where it runs alone, and else when it has ended, so that no two are mixed. */
async function runSuite(name: string): Promise<void> {
  const out = alone ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, [...process.execArgv, program, name], { stdio: ['inherit', out, out, 'ipc'] });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  let counts: Counts | undefined;
  child.on('message', (message) => {
    counts = message as Counts;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  running.delete(child);
  process.stdout.write(said);
  if (counts) report.add(counts);
  else report.fail(name, new Error(`its process ended with ${signal ?? code} before it had a count`));
}

// Real programs are waited for most of the time, so two suites get along on two processors.
const lane = async (): Promise<void> => {
  for (let name = left.shift(); name !== undefined; name = left.shift()) await runSuite(name);
};
await Promise.all([lane(), lane()]);

console.log('');
process.exit(report.end().failed ? 1 : 0);
