import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, root, sources } from './workspace.js';

/** A piece of TypeScript that documentation shows. */
export interface Block {
  /** Path from the root of the workspace. */
  readonly file: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** ` ```ts ` opens a block, ` ```ts shown ` one that a guide shows and does not run. */
const fence = /^[ \t]*(?:\*[ \t]?)?```ts([ \t]+shown)?[ \t]*\n([\s\S]*?)^[ \t]*(?:\*[ \t]?)?```[ \t]*$/gm;
const guides = 'docs/guides';
const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length;

interface Fenced extends Block {
  readonly shown: boolean;
}

/** Every ```ts block of a text; `margin` is what stands before each line. */
function blocksOf(file: string, text: string, margin: RegExp): Fenced[] {
  return [...text.matchAll(fence)].map((match) => ({
    file,
    line: lineOf(text, match.index) + 1,
    code: (match[2] as string).replace(margin, ''),
    shown: match[1] !== undefined,
  }));
}

/** Without `api`, where the reference is made: what stands there is copies. */
const markdownBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !/^api[/\\]/.test(path))
    .sort()
    .map((path) => `${folder}/${path}`);

/** The blocks of one guide that run, as the one program that they are for its reader; each stands at its own lines. */
function programOf(file: string, blocks: readonly Fenced[]): Block[] {
  const lines: string[] = [];
  for (const { line, code, shown } of blocks) {
    if (shown) continue;
    while (lines.length < line - 1) lines.push('');
    lines.push(...code.replace(/\n$/, '').split('\n'));
  }
  return lines.length === 0 ? [] : [{ file, line: 1, code: `${lines.join('\n')}\n` }];
}

/** The program of every guide. */
export function guidePrograms(): Block[] {
  return markdownBelow(guides).flatMap((file) => programOf(file, blocksOf(file, readFileSync(join(root, file), 'utf8'), /^$/gm)));
}

/** What the README begins with: a program for whoever has an image in the folder `images`. */
export function firstScreen(): Block {
  const [first] = blocksOf('README.md', readFileSync(join(root, 'README.md'), 'utf8'), /^$/gm);
  if (!first) throw new Error('the README begins with a program');
  return first;
}

/** Every ```ts block of the README files and of docs; the program of a guide is one. */
export function markdownBlocks(): Block[] {
  const files = ['README.md', ...[...packages.keys()].map((name) => `packages/${name}/README.md`), ...markdownBelow('docs')];
  const alone = files.flatMap((file) => {
    const blocks = blocksOf(file, readFileSync(join(root, file), 'utf8'), /^$/gm);
    return file.startsWith(`${guides}/`) ? blocks.filter(({ shown }) => shown) : blocks;
  });
  return [...alone, ...guidePrograms()];
}

/** Every ```ts block of a doc comment, and every `@example` that has none. */
export function exampleBlocks(): { blocks: Block[]; bare: string[] } {
  const blocks: Block[] = [];
  const bare: string[] = [];
  for (const name of packages.keys())
    for (const [path, text] of sources(name)) {
      const file = `packages/${name}/src/${path}`;
      for (const [comment] of text.matchAll(/\/\*\*[\s\S]*?\*\//g))
        for (const example of comment.split('@example').slice(1))
          if (!example.replace(/^[\s*]+/, '').startsWith('```ts\n')) bare.push(`${file}: @example without a ts block`);
      blocks.push(...blocksOf(file, text, /^[ \t]*\*[ \t]?/gm));
    }
  return { blocks, bare };
}
