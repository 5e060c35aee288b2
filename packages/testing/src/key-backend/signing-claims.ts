import assert from 'node:assert/strict';
import {
  algorithmFacts,
  algorithmFitsKey,
  equalBytes,
  hashBytes,
  type KeyBackend,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  type SignErrorCode,
  signatureAlgorithms,
} from '@securosys/core';
import { expectSignature, freshMessage, publicKeyOf, signAtOnce, signOperation } from './expectations.js';
import type { Claim, ConformanceKey } from './fixture.js';

/** Uses of one key at the same time. */
const atOnce = 16;
const noBareDigest = new Set<SignErrorCode>(['ERR_CAPABILITY_MISSING', 'ERR_BLIND_SIGNING', 'ERR_ALGORITHM_UNSUPPORTED']);

/** Algorithms that a key has to sign with. */
export const algorithmsOf = ({ spec, unsupported = [] }: ConformanceKey): SignatureAlgorithm[] =>
  signatureAlgorithms.filter((algorithm) => algorithmFitsKey(algorithm, spec) && !unsupported.includes(algorithm));

async function signsDigests(backend: KeyBackend, key: ConformanceKey, bare: boolean): Promise<void> {
  const publicKey = await publicKeyOf(backend, key.ref);
  for (const algorithm of algorithmsOf(key)) {
    const { hash } = algorithmFacts(algorithm);
    if (!hash) continue;
    const message = freshMessage();
    const digest = hashBytes(hash, message);
    const input = bare ? { digest } : { digest, preimage: message };
    try {
      const signature = await signAtOnce(backend, signOperation(key.ref, algorithm, input));
      expectSignature(key, { publicKey, algorithm, message, signature });
    } catch (error) {
      if (!(bare && SignError.is(error) && noBareDigest.has(error.code))) throw error;
    }
  }
}

/** What a backend makes of a message. */
export const signingClaims: readonly Claim[] = [
  {
    name: 'every algorithm that fits a key signs: exact length, memory of its own, and it verifies',
    async check({ backend, keys }) {
      for (const key of keys) {
        const publicKey = await publicKeyOf(backend, key.ref);
        assert.ok(algorithmsOf(key).length > 0, `${key.spec}: at least one algorithm should be supported`);
        for (const algorithm of algorithmsOf(key))
          for (const message of [freshMessage(1), freshMessage(), freshMessage(20_000)]) {
            const signature = await signAtOnce(backend, signOperation(key.ref, algorithm, { message }));
            expectSignature(key, { publicKey, algorithm, message, signature });
          }
      }
    },
  },
  {
    name: 'many uses at the same time each sign their own message',
    async check({ backend, keys }) {
      for (const key of keys) {
        const publicKey = await publicKeyOf(backend, key.ref);
        const algorithm = algorithmsOf(key)[0] as SignatureAlgorithm;
        const one = async () => {
          const message = freshMessage();
          const signature = await signAtOnce(backend, signOperation(key.ref, algorithm, { message }));
          return { message, signature };
        };
        const all = await Promise.all(Array.from({ length: atOnce }, one));
        for (const pair of all) expectSignature(key, { publicKey, algorithm, ...pair });
      }
    },
  },
  {
    name: 'what it is given stays as it was',
    async check({ backend, keys }) {
      for (const key of keys) {
        const algorithm = algorithmsOf(key)[0] as SignatureAlgorithm;
        const message = freshMessage();
        const before = ownBytes(message);
        await signAtOnce(backend, signOperation(key.ref, algorithm, { message }));
        assert.ok(equalBytes(message, before), `${algorithm} with ${key.spec}: the message should not be written to`);
      }
    },
  },
  {
    name: 'a digest that comes with its preimage is signed as the message it stands for',
    async check({ backend, keys }) {
      for (const key of keys) await signsDigests(backend, key, false);
    },
  },
  {
    name: 'a bare digest is signed as a digest or refused, never hashed again',
    async check({ backend, keys }) {
      for (const key of keys) await signsDigests(backend, key, true);
    },
  },
];
