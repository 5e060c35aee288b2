import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAuditLog } from '@securosys/sign/audit';

/**
 * What somebody with write access to the folder of a log can do: changes the first line that says something.
 * @returns its number, from 1
 */
export async function editOneLine(folder: string, from: string, to: string): Promise<number> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort()) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    const at = lines.findIndex((line) => line.includes(from));
    if (at < 0) continue;
    lines[at] = (lines[at] as string).replace(from, to);
    await writeFile(join(folder, name), lines.join('\n'));
    return at + 1;
  }
  throw new Error(`no line of the log says ${from}`);
}

/** How many records of each kind a log has, in the order in which the kinds appear. */
export async function recordsByKind(folder: string): Promise<string[]> {
  const counts = new Map<string, number>();
  for await (const { kind, members } of readAuditLog(folder)) {
    const name = typeof members.result === 'string' ? `${kind} (${members.result})` : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${String(count).padStart(3)} ${name}`);
}
