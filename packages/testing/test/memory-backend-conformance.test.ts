import { createSecretKey } from 'node:crypto';
import { type KeySpec, keySpecs, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, it } from 'vitest';
import { keyMaterial } from '../../../tests/rsa-key.js';
import { describeKeyBackend } from '../src/index.js';
import { leftOutHere } from './support/runtime.js';

/** A key of 32 bytes that shows in no other place. */
const symmetric = 'an AES key that nothing may show';

describeKeyBackend(
  'software keys in memory',
  async () => {
    const backend = createMemoryBackend();
    const keys: { spec: KeySpec; ref: { label: string } }[] = [];
    for (const spec of keySpecs) {
      const label = `the ${spec} key`;
      const key = keyMaterial(spec);
      // It makes one RSA key below; only the slow run waits for the others.
      if ('privateKey' in key && !process.env.SLOW) backend.addKey({ label, privateKey: key.privateKey });
      else await backend.createKey({ label, spec });
      keys.push({ spec, ref: { label } });
    }
    await backend.createKey({ label: 'decrypts', spec: 'rsa-2048', purpose: 'decrypt' });
    const derivation = [];
    for (const spec of ['ec-p256', 'ec-p384', 'ec-p521'] as const) {
      const { ref } = await backend.createKey({ label: `derives on ${spec}`, spec, purpose: 'derive' });
      derivation.push({ spec, ref });
    }
    const secretKey = createSecretKey(utf8Bytes(symmetric));
    backend.addSymmetricKey({ label: 'seals', secretKey });
    await backend.createSymmetricKey({ label: 'seals, too' });
    const sealing = [{ ref: { label: 'seals' } }, { ref: { label: 'seals, too' } }];
    const secrets = { symmetric };
    return {
      backend,
      keys,
      derivation,
      sealing,
      secrets,
      decryption: [{ ref: { label: 'decrypts' }, unsupported: await leftOutHere() }],
    };
  },
  { describe, it, decryption: true, derivation: true, sealing: true },
);
