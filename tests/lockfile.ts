import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.js';

const lines = () => readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').split('\n');
const unquoted = (text: string) => text.replace(/^'(.*)'$/, '$1');

/** Lines of one top-level section of `pnpm-lock.yaml`. */
function section(name: string): string[] {
  const all = lines();
  const start = all.indexOf(`${name}:`) + 1;
  if (start === 0) throw new Error(`the lockfile has no section ${name}`);
  const end = all.findIndex((line, at) => at >= start && /^\S/.test(line));
  return all.slice(start, end < 0 ? undefined : end);
}

/** What each manifest asked for when the lockfile was written: specifier by dependency, by folder of the importer. */
export function lockedImporters(): Map<string, Record<string, string>> {
  const importers = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  let dependency = '';
  for (const line of section('importers')) {
    const importer = /^ {2}(\S.*?):(?: \{\})?$/.exec(line);
    const name = /^ {6}(\S.*):$/.exec(line);
    const specifier = /^ {8}specifier: (.*)$/.exec(line);
    if (importer) {
      current = {};
      importers.set(unquoted(importer[1] as string), current);
    } else if (name) dependency = unquoted(name[1] as string);
    else if (specifier) current[dependency] = unquoted(specifier[1] as string);
  }
  return importers;
}

/** The `resolution` of every locked package, as it stands there. */
export function lockedResolutions(): string[] {
  return section('packages').flatMap((line) => /^ {4}resolution: (.*)$/.exec(line)?.[1] ?? []);
}
