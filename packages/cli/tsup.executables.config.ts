import { defineConfig } from 'tsup';

/**
 * Each executable is one script without extension, as `notation plugin install` wants it, which Node 20 reads as CommonJS. It holds
 * everything that it uses, built from sources; what a command does not need is compiled lazily and never run.
 */
export default defineConfig({
  entry: { 'notation-securosys': 'src/notation-securosys.ts' },
  format: ['cjs'],
  target: 'node20',
  platform: 'node',
  splitting: false,
  clean: false,
  dts: false,
  noExternal: [/.*/],
  outExtension: () => ({ js: '' }),
  esbuildOptions: (esbuild) => {
    esbuild.conditions = ['@securosys/source'];
    esbuild.minifyWhitespace = true;
    esbuild.minifySyntax = true;
    esbuild.legalComments = 'none';
  },
});
