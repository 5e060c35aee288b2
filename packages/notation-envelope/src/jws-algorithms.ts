import type { SignatureAlgorithm } from '@securosys/core';

/** The six algorithms of the Notary Project by their JWS names (`notation.md` §3). Nothing else is ever accepted. */
const names = {
  'rsa-pss-sha256': 'PS256',
  'rsa-pss-sha384': 'PS384',
  'rsa-pss-sha512': 'PS512',
  'ecdsa-sha256': 'ES256',
  'ecdsa-sha384': 'ES384',
  'ecdsa-sha512': 'ES512',
} as const satisfies Partial<Record<SignatureAlgorithm, string>>;

/** Algorithms that a Notary signature can have. */
export type NotaryAlgorithm = keyof typeof names;

export const jwsAlgorithms = Object.keys(names) as readonly NotaryAlgorithm[];

/** JWS `alg` of an algorithm, or `undefined` when Notary has none for it. */
export function jwsName(algorithm: SignatureAlgorithm): string | undefined {
  return names[algorithm as NotaryAlgorithm];
}

/** The algorithm of a JWS `alg`, or `undefined`. */
export function algorithmOfJwsName(name: unknown): NotaryAlgorithm | undefined {
  return jwsAlgorithms.find((algorithm) => names[algorithm] === name);
}
