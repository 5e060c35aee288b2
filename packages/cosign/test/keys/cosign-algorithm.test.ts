import { type HashName, type KeySpec, keySpecs } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { cosignAlgorithm, messageHash, verifierAdvice } from '../../src/index.js';

describe('the algorithm of a key', () => {
  it.each<[KeySpec, HashName | undefined, string]>([
    ['ec-p256', undefined, 'ecdsa-sha256'],
    ['ec-p256', 'sha256', 'ecdsa-sha256'],
    ['rsa-2048', undefined, 'rsa-pkcs1-sha256'],
    ['rsa-3072', undefined, 'rsa-pkcs1-sha256'],
    ['rsa-4096', 'sha256', 'rsa-pkcs1-sha256'],
    ['ec-p384', 'sha256', 'ecdsa-sha256'],
    ['ec-p384', 'sha384', 'ecdsa-sha384'],
    ['ec-p521', 'sha512', 'ecdsa-sha512'],
    ['ec-p521', 'sha256', 'ecdsa-sha256'],
    ['ed25519', undefined, 'ed25519'],
  ])('%s with %s is %s', (spec, hash, algorithm) => {
    expect(cosignAlgorithm(spec, hash)).toBe(algorithm);
  });

  it.each<[KeySpec | undefined, HashName | undefined]>([
    ['ec-p384', undefined],
    ['ec-p521', undefined],
    ['ec-p256', 'sha384'],
    ['rsa-2048', 'sha512'],
    ['ed25519', 'sha512'],
    ['ec-p384', 'sha1' as HashName],
    ['ml-dsa-65', undefined],
    [undefined, undefined],
  ])('%s with %s is refused', (spec, hash) => {
    expect(thrown(() => cosignAlgorithm(spec, hash)).code).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('is never PSS, and never one that some verifier needs a flag for unless it was asked for', () => {
    const silent = keySpecs.flatMap((spec) => {
      try {
        return [[spec, cosignAlgorithm(spec)] as const];
      } catch {
        return [];
      }
    });
    expect(silent.map(([spec]) => spec)).toEqual(['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ed25519']);
    expect(silent.filter(([, algorithm]) => algorithm.includes('pss'))).toEqual([]);
    const warned = silent.filter(([spec, algorithm]) => verifierAdvice(spec, algorithm) !== undefined);
    expect(warned.map(([spec]) => spec)).toEqual(['ed25519']);
  });

  it('comes with advice about who can verify it', () => {
    expect(verifierAdvice('ec-p384', 'ecdsa-sha384')).toContain('--signature-digest-algorithm sha384');
    expect(verifierAdvice('ec-p521', 'ecdsa-sha256')).toContain('without a flag');
  });

  it('names the hash of a blob: its own, and SHA-256 for Ed25519', () => {
    expect([messageHash('ecdsa-sha384'), messageHash('ed25519')]).toEqual(['sha384', 'sha256']);
  });
});
