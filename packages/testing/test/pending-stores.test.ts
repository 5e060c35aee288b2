import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { describe, it } from 'vitest';
import { describePendingStore } from '../src/index.js';

describePendingStore(
  'in memory',
  async () => {
    const store = createMemoryStore();
    return { open: () => store };
  },
  { describe, it },
);

describePendingStore(
  'in a folder',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'pending-stores-'));
    return { open: () => createFolderStore(join(root, 'pending')), dispose: () => rm(root, { recursive: true }) };
  },
  { describe, it },
);
