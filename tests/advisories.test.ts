import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, root } from './workspace.js';

const document = readFileSync(join(root, 'docs/security/advisories.md'), 'utf8');
const held = document;
/** Cells of the table's lines, without its head. */
const cells = (part: string) =>
  part.split('\n').flatMap((line) =>
    /^\| *(?!Advisory|-)\S/.test(line)
      ? [
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ]
      : [],
  );
const rows = cells(held).map(([advisory = '', , , file = '', title = '']) => ({
  advisory,
  file: file.replaceAll('`', ''),
  title,
}));
const identifier = /\b(?:CVE-\d{4}-\d+|GHSA(?:-[a-z0-9]{4}){3}|GMS-\d{4}-\d+)\b/g;
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Titles of tests and groups of tests in a file. */
function titles(text: string): string[] {
  const call = /^\s*(?:it|test|describe)(?:\.\w+(?:\((?:[^()]|\([^()]*\))*\))?)?\(\s*'((?:[^'\\]|\\.)*)'/gm;
  return [...text.matchAll(call)].map((match) => match[1] as string);
}

const files = [...packages.keys()].flatMap((name) => {
  const file = `packages/${name}/test/security/advisories.test.ts`;
  return existsSync(join(root, file)) ? [file] : [];
});

describe('docs/security/advisories.md', () => {
  it('is a table, and every line of it was read', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const line of cells(held)) expect(line, line.join(' | ')).toHaveLength(5);
  });

  it.each(rows)('$advisory is held by $file: $title', ({ file, title }) => {
    expect(titles(read(file))).toContain(title);
  });

  it.each(files)('lists every advisory that %s names in a title', (file) => {
    const named = titles(read(file)).flatMap((title) => title.match(identifier) ?? []);
    const listed = rows.filter((one) => one.file === file).map(({ advisory }) => advisory);
    expect(named.filter((id) => !listed.some((advisory) => advisory.includes(id)))).toEqual([]);
  });
});
