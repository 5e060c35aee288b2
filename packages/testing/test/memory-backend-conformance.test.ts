import { type KeySpec, keySpecs } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, it } from 'vitest';
import { describeKeyBackend } from '../src/index.js';
import { leftOutHere } from './support/runtime.js';

describeKeyBackend(
  'software keys in memory',
  async () => {
    const backend = createMemoryBackend();
    const keys: { spec: KeySpec; ref: { label: string } }[] = [];
    for (const spec of keySpecs) {
      await backend.createKey({ label: `the ${spec} key`, spec });
      keys.push({ spec, ref: { label: `the ${spec} key` } });
    }
    await backend.createKey({ label: 'decrypts', spec: 'rsa-2048', purpose: 'decrypt' });
    return { backend, keys, decryption: [{ ref: { label: 'decrypts' }, unsupported: await leftOutHere() }] };
  },
  { describe, it, decryption: true },
);
