import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './workspace.js';

/** Every page that is kept, and those that are about to be. */
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
/** Without code, which holds no links. */
const prose = (text: string) =>
  text
    .replace(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[ \t]*$/gm, '')
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (code) => code.replace(/[[\]()]/g, ''));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Where the headings of a page can be jumped to, as GitHub and typedoc name them: the same twice gets a number. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...prose(text).matchAll(/^#{1,6}[ \t]+(.+?)[ \t]*#*$/gm)].map(([, heading = '']) => {
      const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const slug = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replace(/ /g, '-');
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

/** Targets of the links of a page that lead to this workspace. */
function targets(text: string): string[] {
  const inline = [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const named = [...prose(text).matchAll(/^[ \t]*\[[^\]^]+\]:[ \t]*(\S+)/gm)];
  return [...inline, ...named].map(([, target]) => target as string).filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** What is wrong with a link of a page; `undefined`: nothing. */
function fault(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (file.startsWith('..')) return `${page}: ${target} leads out of the workspace`;
  if (!existsSync(join(root, file))) return `${page}: ${target} leads nowhere`;
  if (anchor === undefined || statSync(join(root, file)).isDirectory() || !file.endsWith('.md')) return undefined;
  return anchorsOf(read(file)).has(anchor) ? undefined : `${page}: ${file} has no heading for #${anchor}`;
}

describe('links of documentation', () => {
  it('are found, code is none, and dead ones are told', () => {
    const text = 'see [a](b.md#c "t") and [d]\n\n[d]: e.md\n\n```ts\nx[0](y)\n```\n`[f](g)` [h](https://example.org)';
    expect(targets(text)).toEqual(['b.md#c', 'e.md']);
    expect([...anchorsOf('# `a.b()`: C, d\n## E\n## E\n')]).toEqual(['ab-c-d', 'e', 'e-1']);
    expect(fault('README.md', 'docs/nowhere.md')).toBe('README.md: docs/nowhere.md leads nowhere');
    expect(fault('README.md', '#nothing-here')).toBe('README.md: README.md has no heading for #nothing-here');
    expect(fault('README.md', '../other/README.md')).toBe('README.md: ../other/README.md leads out of the workspace');
  });

  it('lead to files and headings that are there', () => {
    expect(pages).toContain('README.md');
    const all = pages.flatMap((page) => targets(read(page)).map((target) => [page, target] as const));
    expect(all.length).toBeGreaterThan(100);
    expect(all.flatMap(([page, target]) => fault(page, target) ?? [])).toEqual([]);
  });

  it('reach every guide from the README', () => {
    const guides = pages.filter((page) => page.startsWith('docs/guides/'));
    const linked = targets(read('README.md')).map((target) => target.split('#')[0]);
    expect(guides.filter((guide) => !linked.includes(guide))).toEqual([]);
  });
});
