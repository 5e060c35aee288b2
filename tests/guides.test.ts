import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guidePrograms } from './doc-blocks.js';
import { moduleOf } from './guide-modules.js';

/** What guides print and what emulators warn about would only hide a failure. */
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

describe('guides', () => {
  const programs = guidePrograms();

  it('there is something to run', () => {
    expect(programs.map(({ file }) => file)).toContain('docs/guides/test-without-an-hsm.md');
  });

  // Each takes seconds, most of it to load the whole house anew: with SLOW, as in CI. That they compile is held in every run.
  it.each(process.env.SLOW ? programs : [])('$file runs from its first block to its last', async ({ file }) => {
    await import(/* @vite-ignore */ moduleOf(file));
  });
});
