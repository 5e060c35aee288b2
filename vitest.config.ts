import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { guideModules } from './tests/guide-modules.js';

const rooms = readdirSync(new URL('./packages', import.meta.url)).sort();
/** SLOW=1 runs whole mutation corpora where the default is a sample. */
const patience = process.env.SLOW ? 10 : 1;
const conditions = ['@securosys/source'];

/** One project per room and one for the examples, all run against sources; `tests` holds what is true of the whole house. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      ...rooms.map((name) => ({
        extends: true as const,
        test: { name, root: `packages/${name}`, include: ['test/**/*.test.ts'], testTimeout: 20_000 * patience },
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
