import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a script of a pipeline came to, and every command line of `securosys-sign` in it, as the shell reads it. */
export interface RanScript {
  readonly exitCode: number;
  readonly commands: readonly (readonly string[])[];
  readonly output: string;
}

/** In place of the program: writes down what it was asked, and ends as it is told by the name of the command. */
const standIn = `#!/bin/bash
printf '%s\\x1f' "$@" >> "$ASKED"
printf '\\n' >> "$ASKED"
[ "$2" = prepare ] && touch request.json
name="EXIT_$2"
exit "\${!name:-0}"
`;

/**
 * Runs a script with the real shell, as the CI system does: it ends with the first command that fails, unless it says otherwise.
 * @param exits exit codes of `securosys-sign request …` by command
 */
export function runScript(
  folder: string,
  script: string,
  exits: Readonly<Record<string, number>> = {},
  variables: Readonly<Record<string, string>> = {},
): RanScript {
  const programs = join(folder, 'bin');
  const asked = join(folder, 'asked');
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, 'securosys-sign'), standIn);
  chmodSync(join(programs, 'securosys-sign'), 0o755);
  writeFileSync(asked, '');
  const codes = Object.fromEntries(Object.entries(exits).map(([name, code]) => [`EXIT_${name}`, `${code}`]));
  const env = { PATH: `${programs}:${process.env.PATH}`, ASKED: asked, ...codes, ...variables };
  const { status, stdout } = spawnSync('bash', ['-e', '-c', script], { cwd: folder, env, encoding: 'utf8' });
  const commands = readFileSync(asked, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\x1f').slice(0, -1));
  return { exitCode: status ?? -1, commands, output: stdout };
}

/** Shell scripts of a Jenkinsfile, with its own variables put in. */
export function jenkinsScripts(text: string): string[] {
  const own = new Map([...text.matchAll(/^def (\w+) = '([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]));
  const scripts = [...text.matchAll(/sh(?:\(returnStatus: true, script: | )(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/g)];
  return scripts.map(([, double, single]) =>
    double === undefined
      ? String(single)
      : double.replace(/\$\{(\w+)\}/g, (_, name) => own.get(name) ?? '').replace(/\\(["$\\])/g, '$1'),
  );
}

/** Whether a text is Bash. */
export const isBash = (script: string): boolean => {
  try {
    execFileSync('bash', ['-n', '-c', script], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
};

export const exists = (folder: string, name: string): boolean => existsSync(join(folder, name));
