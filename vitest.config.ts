import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { bundledTextOfTests } from './scripts/bundled-text.mjs';
import { guideModules } from './tests/guide-modules.js';

const rooms = readdirSync(new URL('./packages', import.meta.url)).sort();
/** SLOW=1 runs whole mutation corpora where the default is a sample. */
const patience = process.env.SLOW ? 10 : 1;
/** Gives property tests their seed. */
const seed = fileURLToPath(new URL('./tests/seed.ts', import.meta.url));
const conditions = ['@securosys/source'];

/**
 * One project per room and one for the examples, all run against sources; `tests` holds what is true of the whole house.
 *
 * The files of a room share the processes that run them, because loading the sources anew for each takes longer than most tests: what
 * a test changes in its process (environment, globals, timers) it puts back. Examples and guides are programs and may do as they
 * like, so each has a process of its own.
 */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [bundledTextOfTests()],
  test: {
    // The default leaves one processor to Vitest itself, which has little to do once everything is compiled.
    maxWorkers: availableParallelism(),
    projects: [
      ...rooms.map((name) => ({
        extends: true as const,
        test: {
          name,
          root: `packages/${name}`,
          include: ['test/**/*.test.ts'],
          setupFiles: [seed],
          isolate: false,
          testTimeout: 20_000 * patience,
        },
      })),
      {
        extends: true as const,
        test: { name: 'examples', root: 'examples', include: ['*/*.test.ts'], testTimeout: 20_000 * patience },
      },
      {
        extends: true as const,
        plugins: [guideModules()],
        test: {
          name: 'house',
          include: ['tests/**/*.test.ts', 'live/**/*.test.ts'],
          testTimeout: 60_000 * patience,
        },
      },
    ],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});
