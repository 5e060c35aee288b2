// publint --strict and attw over every package, on what would be published. Needs a full build (types).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
let failed = 0;
for (const name of readdirSync(join(root, 'packages')).sort()) {
  const cwd = join(root, 'packages', name);
  const checks = [
    ['publint', 'publint/src/cli.js', ['--strict', '--pack', 'npm']],
    ['attw', '@arethetypeswrong/cli/dist/index.js', ['--pack', '.', '--profile', 'node16', '--quiet']],
  ];
  for (const [tool, program, args] of checks) {
    const command = [join(root, 'node_modules', program), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, encoding: 'utf8' });
    console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${tool}  @securosys/${name}`);
    if (status !== 0) {
      failed++;
      console.log(stdout, stderr);
    }
  }
}
process.exitCode = failed > 0 ? 1 : 0;
