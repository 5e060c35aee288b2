// Imports like './worker/entry.js?text': the TypeScript file with all that it imports, as one CommonJS text in the export `text`.
// What runs in a worker travels inside the library that starts it, so that no bundler and no single-file executable has to find
// a file for it. One plugin each for esbuild (tsup, the command line's executables) and Vitest.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

// esbuild comes with tsup.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild');

const suffix = '?text';

/** The source that `path` means when `importer` says it. */
function sourceFile(path, folder) {
  const file = resolve(folder, path.slice(0, -suffix.length));
  const source = file.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : file;
}

/**
 * @param {string} file
 * @returns {Promise<{ code: string, inputs: string[] }>} a module, and the absolute paths of what it was made of
 */
async function textModule(file) {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    conditions: ['@securosys/source'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const code = `export const text = ${JSON.stringify(outputFiles[0].text)};`;
  return { code, inputs: Object.keys(metafile.inputs).map((input) => resolve(input)) };
}

/** For esbuild. */
export const bundledText = () => ({
  name: 'bundled-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
      // Relative, because it is written into source maps.
      path: relative(process.cwd(), sourceFile(path, resolveDir)),
      namespace: 'bundled-text',
    }));
    onLoad({ filter: /.*/, namespace: 'bundled-text' }, async ({ path }) => {
      const { code, inputs } = await textModule(resolve(path));
      return { contents: code, loader: 'js', watchFiles: inputs };
    });
  },
});

/** For Vitest. */
export const bundledTextOfTests = () => ({
  name: 'bundled-text',
  enforce: 'pre',
  resolveId: (path, importer) =>
    path.endsWith(suffix) && importer ? `\0bundled-text:${sourceFile(path, dirname(importer))}` : undefined,
  async load(id) {
    const [, file] = /^\0bundled-text:(.*)$/.exec(id) ?? [];
    if (!file) return undefined;
    const { code, inputs } = await textModule(file);
    for (const input of inputs) this.addWatchFile(input);
    return code;
  },
});
