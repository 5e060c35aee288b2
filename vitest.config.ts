import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { bundledTextOfTests } from './scripts/bundled-text.mjs';
import { guideModules } from './tests/guide-modules.js';
import { ownTemporaryFolder } from './tests/temporary-folder.js';
import { packages } from './tests/workspace.js';

const rooms = [...packages.keys()];
/** SLOW=1 runs whole mutation corpora where the default is a sample, mostly beside other work on a machine that is busy. */
const patience = process.env.SLOW ? 10 : 1;
/** Of what prepares tests: building, packing, compiling documentation, making keys. In milliseconds, as all of these. */
const hookTimeout = 60_000 * patience;
/** Gives property tests their seed. */
const seed = fileURLToPath(new URL('./tests/seed.ts', import.meta.url));
const conditions = ['@securosys/source'];

/**
 * A run of everything compiles and loads sources once for rooms that get along, and not once for each. The room that loads native modules has
 * processes of its own, and so have those above it, which count what a process has loaded or change it under themselves.
 */
const together: Record<string, readonly string[]> = process.argv.some((argument) => argument.startsWith('--project'))
  ? Object.fromEntries(rooms.map((name) => [name, [name]]))
  : {
      pkcs11: ['pkcs11'],
      facade: ['cli', 'sign', 'testing'],
      rooms: rooms.filter((name) => !['cli', 'pkcs11', 'sign', 'testing'].includes(name)),
    };

/** What imports become depends on what packages export, so what was compiled before is used as long as that is the same. */
const exported = createHash('sha256')
  .update(JSON.stringify([...packages.values()].map(({ exports }) => exports)))
  .digest('hex');
const exportedThen = () => exported;
const exportsOfPackages: Plugin = {
  name: 'exports-of-packages',
  configureVitest: ({ experimental_defineCacheKeyGenerator: define }) => define(exportedThen),
};

ownTemporaryFolder();

/**
 * One project per room and one for the examples, all run against sources; `tests` holds what is true of the whole house. Rooms that get
 * along are one project, unless a project is asked for by its name.
 *
 * The files of a project share the processes that run them, because loading the sources anew for each takes longer than most tests: what
 * a test changes in its process (environment, globals, timers) it puts back. With SLOW, where guides run as the programs that they are,
 * each of them and of the examples has a process of its own.
 *
 * Projects have one root and the same plugins, so that what one has compiled the others find (`fsModuleCache`); so does the next run.
 */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [bundledTextOfTests(), guideModules(), exportsOfPackages],
  test: {
    // The default leaves one processor to Vitest itself, which has little to do once everything is compiled.
    maxWorkers: availableParallelism(),
    experimental: { fsModuleCache: true },
    projects: [
      ...Object.entries(together).map(([name, members]) => ({
        extends: true as const,
        test: {
          name,
          include: members.map((member) => `packages/${member}/test/**/*.test.ts`),
          setupFiles: [seed],
          isolate: false,
          testTimeout: 20_000 * patience,
          hookTimeout,
        },
      })),
      {
        extends: true as const,
        test: {
          name: 'examples',
          include: ['examples/*/*.test.ts'],
          isolate: patience > 1,
          testTimeout: 60_000 * patience,
          hookTimeout,
        },
      },
      {
        extends: true as const,
        test: {
          name: 'house',
          include: ['tests/**/*.test.ts', 'live/**/*.test.ts'],
          isolate: patience > 1,
          testTimeout: 60_000 * patience,
          hookTimeout,
        },
      },
    ],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});
