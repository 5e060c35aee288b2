import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './workspace.js';

const document = readFileSync(join(root, 'docs/notation-divergences.md'), 'utf8');
const rows = document.split('\n').flatMap((line) => {
  const [, number = '', notation = '', here = '', file = '', title = ''] = line.split('|').map((cell) => cell.trim());
  return /^\d+$/.test(number) ? [{ number: Number(number), notation, here, file: file.replaceAll('`', ''), title }] : [];
});

/** Titles of tests and of groups, also behind the rows of a table, and names of the rows of tables. */
function titles(text: string): string[] {
  const called = /(?:\b(?:it|test|describe)(?:\.\w+)*(?:\([^()\n]*\))?|\](?: as const)?)\)?\(\s*'((?:[^'\\\n]|\\.)*)'/g;
  const row = /^\s*\[\s*'((?:[^'\\\n]|\\.)*)'/gm;
  return [called, row].flatMap((form) => [...text.matchAll(form)].map((match) => (match[1] as string).replaceAll("\\'", "'")));
}

describe('docs/notation-divergences.md', () => {
  it('has every row of section 20 of the reference once', () => {
    const numbers = rows.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
  });

  it.each(rows)('row $number is held by $file: $title', ({ notation, here, file, title }) => {
    expect(notation.length > 10 && here !== '').toBe(true);
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(titles(readFileSync(join(root, file), 'utf8'))).toContain(title);
  });
});
