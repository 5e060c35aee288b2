import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packFolder } from '../packages/oci/src/pack.js';
import { firstScreen } from './doc-blocks.js';
import { moduleOf } from './guide-modules.js';
import { root } from './workspace.js';

const { line, code } = firstScreen();

describe('the program that the README begins with', () => {
  it('has about ten lines, and stands on the first screen', () => {
    const lines = code.split('\n').filter((text) => text.trim() !== '');
    expect(lines.length).toBeLessThan(15);
    expect(line + lines.length).toBeLessThan(30);
  });

  // As the guides: it loads the whole house anew.
  it.each(process.env.SLOW ? ['README.md'] : [])('%s signs and verifies an image of a folder', async (file) => {
    const [folder, before] = [await mkdtemp(join(tmpdir(), 'readme-')), process.cwd()];
    const said: unknown[][] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words));
    process.chdir(folder);
    try {
      const { digest } = await packFolder(join(root, 'tests'), 'images', { tag: '1.4' });
      await import(/* @vite-ignore */ moduleOf(file));
      expect(said).toEqual([['run this, never the tag:', expect.stringMatching(new RegExp(`@${digest}$`))]]);
    } finally {
      log.mockRestore();
      process.chdir(before);
      await rm(folder, { recursive: true });
    }
  });
});
