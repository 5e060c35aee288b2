// Builds securosys-sign after the first install of a clone, so that `npx pnpm exec securosys-sign` works at the root at once. Later ones are
// built with everything else (scripts/build.mjs).
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Before anything is loaded: esbuild looks where it is when it is loaded, and never again.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const outfile = 'dist/securosys-sign.cjs';
if (!existsSync(outfile)) {
  const { buildProgram } = await import('./program.mjs');
  await buildProgram({ entry: 'src/securosys-sign.ts', outfile }).catch((error) => {
    // An install is no place to fail for a program that somebody is just writing.
    console.error(`securosys-sign was not built: ${error.message}`);
  });
}
