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

const fence = /^[ \t]*(?:\*[ \t]?)?```ts[ \t]*\n([\s\S]*?)^[ \t]*(?:\*[ \t]?)?```[ \t]*$/gm;
const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length;

/** Every ```ts block of a text; `margin` is what stands before each line. */
function blocksOf(file: string, text: string, margin: RegExp): Block[] {
  return [...text.matchAll(fence)].map((match) => ({
    file,
    line: lineOf(text, match.index) + 1,
    code: (match[1] as string).replace(margin, ''),
  }));
}

const markdownBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `${folder}/${path}`);

/** Every ```ts block of the README files and the guide. */
export function markdownBlocks(): Block[] {
  const files = ['README.md', ...[...packages.keys()].map((name) => `packages/${name}/README.md`)];
  return [...files, ...markdownBelow('docs')].flatMap((file) => blocksOf(file, readFileSync(join(root, file), 'utf8'), /^$/gm));
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
