import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const folder = new URL('.changeset/', root);
const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
const packages = readdirSync(new URL('packages/', root)).map(
  (name) => JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, root), 'utf8')).name as string,
);

it.each(files)('%s says which packages it is about: a release reads all of them, or ends with an error', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  // What formats Markdown takes the head for a heading.
  const [, head = ''] = /^---\n((?:'@securosys\/[a-z0-9-]+': (?:major|minor|patch)\n)+)---\n\n\S/.exec(text) ?? [];
  const named = [...head.matchAll(/'([^']+)'/g)].map(([, name]) => name);
  expect(named.length, 'a head').toBeGreaterThan(0);
  for (const name of named) expect(packages).toContain(name);
});
