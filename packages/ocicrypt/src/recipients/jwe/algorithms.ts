import type { EncryptionAlgorithm } from '@securosys/core';

/** How a JWE carries its content key, as ocicrypt writes and reads it (`ocicrypt.md` §9.1). */
export type JweAlgorithm = 'RSA-OAEP' | 'RSA-OAEP-256' | 'ECDH-ES+A128KW' | 'ECDH-ES+A192KW' | 'ECDH-ES+A256KW';

/** What an algorithm asks of the private key. */
export type JweAlgorithmFacts =
  | { readonly kind: 'rsa'; readonly algorithm: EncryptionAlgorithm }
  | { readonly kind: 'ec'; readonly kekBytes: 16 | 24 | 32 };

const algorithms: Readonly<Record<JweAlgorithm, JweAlgorithmFacts>> = {
  'RSA-OAEP': { kind: 'rsa', algorithm: 'rsa-oaep-sha1' },
  'RSA-OAEP-256': { kind: 'rsa', algorithm: 'rsa-oaep-sha256' },
  'ECDH-ES+A128KW': { kind: 'ec', kekBytes: 16 },
  'ECDH-ES+A192KW': { kind: 'ec', kekBytes: 24 },
  'ECDH-ES+A256KW': { kind: 'ec', kekBytes: 32 },
};

/** Every algorithm that ocicrypt reads. */
export const jweAlgorithms = Object.keys(algorithms) as readonly JweAlgorithm[];

export const isJweAlgorithm = (name: unknown): name is JweAlgorithm => jweAlgorithms.some((known) => known === name);

export const jweAlgorithmFacts = (name: JweAlgorithm): JweAlgorithmFacts => algorithms[name];

/** A content encryption (RFC 7518 §5). */
export interface JweEncryption {
  readonly mode: 'gcm' | 'cbc-hs';
  /** Of the whole content key: with CBC the first half is the MAC key. */
  readonly keyBytes: 16 | 24 | 32 | 48 | 64;
}

/** By the names that ocicrypt reads from 1.2.0 on; it writes `A256GCM` only. */
export const jweEncryptions: ReadonlyMap<string, JweEncryption> = new Map([
  ['A256GCM', { mode: 'gcm', keyBytes: 32 }],
  ['A192GCM', { mode: 'gcm', keyBytes: 24 }],
  ['A128GCM', { mode: 'gcm', keyBytes: 16 }],
  ['A128CBC-HS256', { mode: 'cbc-hs', keyBytes: 32 }],
  ['A192CBC-HS384', { mode: 'cbc-hs', keyBytes: 48 }],
  ['A256CBC-HS512', { mode: 'cbc-hs', keyBytes: 64 }],
]);
