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

/** Rooms whose tests load native modules, count what a process has loaded or change it under themselves: each has processes of its own. */
const apart = ['cli', 'pkcs11', 'sign', 'testing'];
/** Of the others, a run of everything compiles and loads the sources that all use once, and not once for each. */
const together = process.argv.some((argument) => argument.startsWith('--project'))
  ? []
  : rooms.filter((name) => !apart.includes(name));
const ofRoom = { extends: true as const, test: { setupFiles: [seed], isolate: false, testTimeout: 20_000 * patience } };

/**
 * One project per room and one for the examples, all run against sources; `tests` holds what is true of the whole house. Rooms that get
 * along are one project, `rooms`, unless a project is asked for by its name.
 *
 * The files of a project share the processes that run them, because loading the sources anew for each takes longer than most tests: what
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
      ...rooms
        .filter((name) => !together.includes(name))
        .map((name) => ({
          ...ofRoom,
          test: { ...ofRoom.test, name, root: `packages/${name}`, include: ['test/**/*.test.ts'] },
        })),
      ...(together.length === 0
        ? []
        : [
            {
              ...ofRoom,
              test: {
                ...ofRoom.test,
                name: 'rooms',
                root: '.',
                include: together.map((name) => `packages/${name}/test/**/*.test.ts`),
              },
            },
          ]),
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
