import { describeKeyBackend, type KeyBackendFixture } from '../../src/index.js';

/** Runs the suite without a test runner and returns what failed: claim and message. */
export async function failuresOf(open: () => Promise<KeyBackendFixture>, approvals: boolean): Promise<Record<string, string>> {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  describeKeyBackend('under test', open, {
    describe: (_, body) => body(),
    it: (name, body) => tests.push({ name, body }),
    approvals,
  });
  const failures: Record<string, string> = {};
  for (const { name, body } of tests) await body().catch((error: unknown) => (failures[name] = String(error)));
  return failures;
}
