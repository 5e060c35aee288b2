import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

/**
 * Builds a Go program with the field's Go libraries, unless that has been done since its last change.
 * @param source folder with one `package main`
 * @param program file to write
 * @returns the program, or why it cannot be built here (the toolchain needs root on Debian)
 */
export async function buildGo(
  source: string,
  program: string,
): Promise<{ readonly program: string } | { readonly reason: string }> {
  const changed = Math.max(...readdirSync(source).map((file) => statSync(join(source, file)).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs >= changed) return { program };
  try {
    // The toolchain runs in a root of its own, where our folder for temporary files is not.
    const { TMPDIR: _, ...env } = process.env;
    await execute(join(here, '../../../shared/tools/go-peer'), [source, program], { env, maxBuffer: 1 << 26 });
    return { program };
  } catch (error) {
    return { reason: lastLine(error) };
  }
}

/**
 * Builds a judge of this folder into `.out/`, which git ignores.
 * @param name folder of the judge: `notation-blob`
 */
export const goJudge = (name: string) => buildGo(join(here, name), join(here, '.out', name));

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? '';
}
