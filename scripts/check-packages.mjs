// On what would be published of every package: publint --strict and attw, both of its builds loaded, and no type taken from a peer that may
// be absent. Needs a full build (types).
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarations, optionalPeers, takenFrom } from './carry-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
let failed = 0;

/** Whether a program went well, and what it said. */
const run = (command, cwd) =>
  new Promise((resolve) => {
    execFile(process.execPath, command, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });

async function check(name) {
  const cwd = join(root, 'packages', name);
  // A package finds itself by its name: what its export map gives to who requires and who imports it.
  const itself = JSON.stringify(`@securosys/${name}`);
  const checks = [
    ['publint', [join(root, 'node_modules/publint/src/cli.js'), '--strict', '--pack', 'npm']],
    ['attw', [join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), '--pack', '.', '--profile', 'node16', '--quiet']],
    ['require', ['--input-type=commonjs', '--eval', `require(${itself})`]],
    ['import', ['--input-type=module', '--eval', `await import(${itself})`]],
  ];
  for (const [tool, command] of checks) {
    const { error, stdout, stderr } = await run(command, cwd);
    console.log(`${error ? 'FAILED' : 'ok'}  ${tool}  @securosys/${name}`);
    if (!error) continue;
    failed++;
    console.log(error.message, stdout, stderr);
  }
  const peers = optionalPeers(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')));
  for (const path of declarations.map(([file]) => join(cwd, 'dist', file)).filter((path) => existsSync(path)))
    for (const peer of peers.filter((one) => takenFrom(one).test(readFileSync(path, 'utf8')))) {
      failed++;
      console.log(`FAILED  ${path} takes types from ${peer}, which need not be installed`);
    }
}

const names = readdirSync(join(root, 'packages')).sort();
await Promise.all(
  [0, 1].map(async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) await check(name);
  }),
);
process.exitCode = failed > 0 ? 1 : 0;
