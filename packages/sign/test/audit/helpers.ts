import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner, type Guard } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { afterEach } from 'vitest';

const made: string[] = [];
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is not there yet, in one that goes away with the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  made.push(folder);
  return join(folder, 'log');
}

export const filesOf = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();

/** Lines of all files, in their order. */
export async function linesIn(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await filesOf(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    lines.push(...text.split('\n').slice(0, -1));
  }
  return lines;
}

/** Changes the lines of one file. */
export async function rewrite(folder: string, change: (lines: string[]) => string[], index = 0): Promise<void> {
  const path = join(folder, (await filesOf(folder))[index] ?? '');
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** A software key that confirms logs. */
export async function checkpointKey(label = 'auditor', guards: readonly Guard[] = []) {
  const backend = createMemoryBackend();
  const { spki } = await backend.createKey({ label, spec: 'ec-p256' });
  return { spki, signer: createSigner(backend, { label }, { guards }) };
}

/** Everything that an iterable gives. */
export async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of from) found.push(one);
  return found;
}
