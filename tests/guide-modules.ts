import { join } from 'node:path';
import type { Plugin } from 'vitest/config';
import { firstScreen, guidePrograms } from './doc-blocks.js';
import { root } from './workspace.js';

/** What stands behind the path of a guide in the name of its module: that makes it TypeScript. */
const ending = '.ts';

/** The module that {@link guideModules} makes of the blocks of a guide. */
export const moduleOf = (file: string): string => join(root, file) + ending;

/**
 * Lets tests import guides, and what the README begins with. A guide imports like a program of its reader: by public names, which resolve here as they do for the
 * programs in `examples`.
 */
export function guideModules(): Plugin {
  const programs = new Map([firstScreen(), ...guidePrograms()].map(({ file, code }) => [moduleOf(file), code]));
  return {
    name: 'guides',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (programs.has(source)) return source;
      if (importer === undefined || !programs.has(importer) || source.startsWith('.')) return null;
      return this.resolve(source, join(root, 'examples/package.json'), { skipSelf: true });
    },
    load: (id) => programs.get(id) ?? null,
  };
}
