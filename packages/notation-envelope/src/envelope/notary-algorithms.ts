import type { HashName, SignatureAlgorithm } from '@securosys/core';

/** The six algorithms of the Notary Project (`notation.md` §3), and what each envelope calls them. Nothing else is ever accepted. */
const names = {
  'rsa-pss-sha256': { jws: 'PS256', cose: -37, hash: 'sha256' },
  'rsa-pss-sha384': { jws: 'PS384', cose: -38, hash: 'sha384' },
  'rsa-pss-sha512': { jws: 'PS512', cose: -39, hash: 'sha512' },
  'ecdsa-sha256': { jws: 'ES256', cose: -7, hash: 'sha256' },
  'ecdsa-sha384': { jws: 'ES384', cose: -35, hash: 'sha384' },
  'ecdsa-sha512': { jws: 'ES512', cose: -36, hash: 'sha512' },
} as const satisfies Partial<Record<SignatureAlgorithm, { jws: string; cose: number; hash: HashName }>>;

/** Algorithms that a Notary signature can have. */
export type NotaryAlgorithm = keyof typeof names;

/** The envelopes' own ways of naming an algorithm: JWS `alg` as a text, COSE label 1 as a negative integer. */
export type AlgorithmNaming = 'jws' | 'cose';

const algorithms = Object.keys(names) as readonly NotaryAlgorithm[];

/** What an envelope calls an algorithm. */
export function algorithmName(algorithm: NotaryAlgorithm, naming: AlgorithmNaming): string | number {
  return names[algorithm][naming];
}

/** The algorithm that an envelope calls so, or `undefined`. */
export function algorithmNamed(name: unknown, naming: AlgorithmNaming): NotaryAlgorithm | undefined {
  return algorithms.find((algorithm) => names[algorithm][naming] === name);
}

/** Hash of an algorithm: that of a blob's digest (`notation.md` §12), and of the imprint of a timestamp (§9.1). */
export function hashOfAlgorithm(algorithm: NotaryAlgorithm): HashName {
  return names[algorithm].hash;
}
