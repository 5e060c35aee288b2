import assert from 'node:assert/strict';
import { type KeyOperation, type SignatureAlgorithm, signatureAlgorithms } from '@securosys/core';
import { expectCode, failureOf, freshMessage, signOperation } from './expectations.js';
import type { Claim } from './fixture.js';
import { algorithmsOf } from './signing-claims.js';

const unheardOf: string = 'unheard-of';

/** What a backend does not do, and how it says so. */
export const refusalClaims: readonly Claim[] = [
  {
    name: 'an algorithm that a key cannot compute is ERR_ALGORITHM_UNSUPPORTED',
    async check({ backend, keys }) {
      for (const key of keys) {
        const able = algorithmsOf(key);
        const others = signatureAlgorithms.filter((algorithm) => !able.includes(algorithm));
        for (const algorithm of [...others, unheardOf as SignatureAlgorithm])
          await expectCode(`${algorithm} with ${key.spec}`, ['ERR_ALGORITHM_UNSUPPORTED'], () =>
            backend.begin(signOperation(key.ref, algorithm, { message: freshMessage() })),
          );
      }
    },
  },
  {
    name: 'an operation that it does not know is ERR_CAPABILITY_MISSING',
    async check({ backend, keys }) {
      for (const key of keys) {
        const algorithm = algorithmsOf(key)[0] as SignatureAlgorithm;
        const operation = { ...signOperation(key.ref, algorithm, { message: freshMessage() }), kind: unheardOf };
        await expectCode(unheardOf, ['ERR_CAPABILITY_MISSING'], () => backend.begin(operation as KeyOperation));
      }
    },
  },
  {
    name: 'a pinned key is not used when the key is another one (S7)',
    async check({ backend, keys }) {
      for (const key of keys) {
        const ref = { ...key.ref, spkiSha256: 'f'.repeat(64) };
        const operation = signOperation(ref, algorithmsOf(key)[0] as SignatureAlgorithm, { message: freshMessage() });
        await expectCode(`begin with ${key.spec}`, ['ERR_KEY_CHANGED', 'ERR_KEY_NOT_FOUND'], () => backend.begin(operation));
      }
    },
  },
  {
    name: 'an aborted call rejects with the reason of its signal, unchanged',
    async check({ backend, keys }) {
      const reason = new Error('the caller went away');
      const options = { signal: AbortSignal.abort(reason) };
      for (const key of keys) {
        const operation = signOperation(key.ref, algorithmsOf(key)[0] as SignatureAlgorithm, { message: freshMessage() });
        const described = await failureOf('describeKey', () => backend.describeKey(key.ref, options));
        assert.equal(described, reason, 'describeKey should reject with signal.reason');
        const begun = await failureOf('begin', () => backend.begin(operation, options));
        assert.equal(begun, reason, 'begin should reject with signal.reason');
      }
    },
  },
];
