import { type KeySpec, keySpecs } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, it } from 'vitest';
import { describeKeyBackend } from '../src/index.js';

/** ML-DSA keys exist from Node 24 on. */
const mlDsa = Number(process.versions.node.split('.')[0]) >= 24;
const specs = keySpecs.filter((spec) => mlDsa || !spec.startsWith('ml-dsa'));

describeKeyBackend(
  'software keys in memory',
  async () => {
    const backend = createMemoryBackend();
    const keys: { spec: KeySpec; ref: { label: string } }[] = [];
    for (const spec of specs) {
      await backend.createKey({ label: `the ${spec} key`, spec });
      keys.push({ spec, ref: { label: `the ${spec} key` } });
    }
    return { backend, keys };
  },
  { describe, it },
);
