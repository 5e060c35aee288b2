import { describeKeyBackend, type KeyBackendFixture, type KeyBackendSuite } from '../../src/index.js';

/** What a suite is told. */
export type Told = Pick<KeyBackendSuite, 'approvals' | 'decryption' | 'derivation' | 'sealing'>;

/** Runs the suite without a test runner and returns what failed: claim and message. */
export async function failuresOf(open: () => Promise<KeyBackendFixture>, told: Told = {}): Promise<Record<string, string>> {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  describeKeyBackend('under test', open, {
    describe: (_, body) => body(),
    it: (name, body) => tests.push({ name, body }),
    ...told,
  });
  const failures: Record<string, string> = {};
  for (const { name, body } of tests) await body().catch((error: unknown) => (failures[name] = String(error)));
  return failures;
}
