import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig } from 'tsup';
import { bundledText } from './scripts/bundled-text.mjs';

/** One configuration for every package: the entries are the `@securosys/source` conditions of its export map. */
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  exports: Record<string, string | { '@securosys/source'?: string }>;
};
const sources = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'object' && entry['@securosys/source'] ? [entry['@securosys/source']] : [],
);

const entries = (from: (source: string) => string) =>
  Object.fromEntries(sources.map((s) => [s.replace('./src/', '').replace(/\.ts$/, ''), from(s)]));

/** What scripts/build.mjs has let the compiler write for the sources of all packages. A build of this one alone compiles what it needs. */
const declarations = process.env.SECUROSYS_BUILD_DECLARATIONS;
const declared = (source: string) => join(String(declarations), basename(process.cwd()), source.replace(/\.ts$/, '.d.ts'));

export default defineConfig((options) => ({
  entry: entries((source) => source),
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: options.dts !== false,
  dts: options.dts ?? (declarations === undefined ? true : { entry: entries(declared) }),
  sourcemap: true,
  // Subpaths import their own package by name: one file each, instead of a chunk for everything two of them share.
  external: [manifest.name],
  // Development dependencies that are built in; harmless for packages without them.
  noExternal: ['zod', '@noble/post-quantum', 'cborg', 'commander', 'cli-progress'],
  esbuildPlugins: [bundledText()],
  // Compiling is most of what an import costs, and it grows with the text. Names stay, for stack traces.
  esbuildOptions: (esbuild, { format }) => {
    esbuild.minifyWhitespace = true;
    // Node shows the line of an error that nobody caught: it must not be the whole package.
    esbuild.lineLimit = 160;
    // The two words alone make a CommonJS file one that cannot be parsed, even where they are never reached.
    if (format === 'cjs') esbuild.define = { ...esbuild.define, 'import.meta.url': '__filename' };
  },
}));
