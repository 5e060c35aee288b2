// publint --strict and attw over every package, on what would be published. Needs a full build (types).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
let failed = 0;
for (const name of readdirSync(`${root}packages`).sort()) {
  const cwd = `${root}packages/${name}`;
  const checks = [
    ['publint', ['--strict', '--pack', 'npm']],
    ['attw', ['--pack', '.', '--profile', 'node16', '--quiet']],
  ];
  for (const [tool, args] of checks) {
    const { status, stdout, stderr } = spawnSync(`${root}node_modules/.bin/${tool}`, args, { cwd, encoding: 'utf8' });
    console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${tool}  @securosys/${name}`);
    if (status !== 0) {
      failed++;
      console.log(stdout, stderr);
    }
  }
}
process.exitCode = failed > 0 ? 1 : 0;
