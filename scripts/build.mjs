// Builds every package with tsup, two at a time, dependencies irrelevant (types resolve to sources, and are made of all of them first).
// --js: JavaScript only, skipping packages whose output is newer than their sources. --quiet: print nothing but failures.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { carryTypes } from './carry-types.mjs';
import { emitDeclarations } from './emit-declarations.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Its program and not node_modules/.bin, which holds shell scripts and, on Windows, files that only a shell starts.
const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');
const js = process.argv.includes('--js');
const quiet = process.argv.includes('--quiet');
const newest = (dir) =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .reduce((max, e) => Math.max(max, statSync(join(e.parentPath ?? e.path, e.name)).mtimeMs), 0);
const changed = (file) => statSync(file).mtimeMs;
const fresh = (dir) =>
  js &&
  existsSync(join(dir, 'dist/index.js')) &&
  changed(join(dir, 'dist/index.js')) >
    Math.max(newest(join(dir, 'src')), changed(join(dir, 'package.json')), changed(join(root, 'tsup.config.ts')));

async function build(name) {
  const cwd = join(root, 'packages', name);
  if (!fresh(cwd)) await run(name, cwd, [tsup, '--config', '../../tsup.config.ts', '--silent', ...(js ? ['--no-dts'] : [])]);
  // Executables are built from the sources of all packages, so it takes more than this one to know that they are fresh.
  const executables = join(cwd, 'build/executables.mjs');
  if (existsSync(executables) && !builtFromEverything(cwd)) await run(name, cwd, [executables]);
}

/** Whether the last file that a build of executables writes is newer than whatever is built into them. */
function builtFromEverything(dir) {
  const last = join(dir, 'dist/THIRD-PARTY-NOTICES.md');
  if (!js || !existsSync(last)) return false;
  const files = ['package.json', 'pnpm-lock.yaml'].map((file) => join(root, file));
  const folders = [join(dir, 'build'), join(root, 'scripts'), ...names.map((name) => join(root, 'packages', name, 'src'))];
  return changed(last) > Math.max(...files.map(changed), ...folders.map(newest));
}

function run(name, cwd, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      if (code === 0) {
        if (!quiet) console.log(`built @securosys/${name}${args[0] === tsup ? '' : ', executables'}`);
        resolve();
      } else reject(new Error(`build of ${name} failed\n${output}`));
    });
  });
}

const names = readdirSync(join(root, 'packages')).filter((n) => existsSync(join(root, 'packages', n, 'package.json')));
const queue = [...names];
const env = { ...process.env };
try {
  // For tsup.config.ts.
  if (!js) env.SECUROSYS_BUILD_DECLARATIONS = emitDeclarations(root);
  await Promise.all(
    [0, 1].map(async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) await build(name);
    }),
  );
  for (const name of names) carryTypes(join(root, 'packages'), name);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
