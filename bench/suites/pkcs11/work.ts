import type { KeySpec, SignatureAlgorithm } from '@securosys/core';
import { judgeOf, tokenInput } from '../../../interop/suites/pkcs11/judge.js';
import type { MadeKey, MadeToken } from '../../../interop/suites/pkcs11/tokens.js';

/** One kind of signature that is measured. */
export interface Work {
  readonly name: string;
  readonly spec: KeySpec;
  readonly algorithm: SignatureAlgorithm;
  /** Before the first round of each of our processes, in seconds; default {@link usualWarmUpSeconds}. */
  readonly warmUpSeconds?: number;
  /** Of one round of every side, seconds; default {@link usualRoundSeconds}. */
  readonly roundSeconds?: number;
  /** Least share of what the C program does with two threads, at `backend.begin`. */
  readonly leastShare?: number;
}

/**
 * Engines optimise what was called some ten thousand times, and compile meanwhile on the processors that sign. A server reaches that sooner or
 * later; the kinds where it makes a difference are measured after it: of RSA-2048, three thousand a second, compiling took 3.5 % of the
 * processor time of seconds 2 to 5 of a process, and 0.9 % of seconds 9 to 13.
 */
export const usualWarmUpSeconds = 1.2;

/**
 * Rounds end when all that is in flight is done, first one lane and then the other: of a kind of four milliseconds that would be a hundredth
 * of a usual round, so its rounds are longer.
 */
export const usualRoundSeconds = 0.7;

export const works: readonly Work[] = [
  { name: 'RSA-2048 PSS', spec: 'rsa-2048', algorithm: 'rsa-pss-sha256', warmUpSeconds: 6, leastShare: 0.92 },
  { name: 'RSA-3072 PSS', spec: 'rsa-3072', algorithm: 'rsa-pss-sha384', roundSeconds: 2.1, leastShare: 0.92 },
  { name: 'P-384', spec: 'ec-p384', algorithm: 'ecdsa-sha384', leastShare: 0.85 },
  { name: 'Ed25519', spec: 'ed25519', algorithm: 'ed25519', leastShare: 0.85 },
  { name: 'P-256', spec: 'ec-p256', algorithm: 'ecdsa-sha256', warmUpSeconds: 3.5, leastShare: 0.75 },
];

/** What a side signs with: all that a process of its own has to be told. */
export interface Job {
  readonly token: Omit<MadeToken, 'keys' | 'env' | 'folder'>;
  readonly key: { readonly id: string; readonly label?: string; readonly spki: string };
  readonly algorithm: SignatureAlgorithm;
  /** Operations in flight. */
  readonly width: number;
  /** The delay of the event loop is sampled as well. */
  readonly watchesLoop?: boolean;
  /** Work before the first round, in seconds. */
  readonly warmUpSeconds?: number;
  /** Lanes of ours, or sessions; the default of each otherwise. */
  readonly lanes?: number;
}

/** The job for one kind of signature of a token. */
export function jobOf({ keys, env: _, folder: __, ...token }: MadeToken, work: Work, width: number, lanes?: number): Job {
  const { id, label, spki } = keys[work.spec] as MadeKey;
  const key = { id, ...(label && { label }), spki: Buffer.from(spki).toString('base64') };
  return { token, key, algorithm: work.algorithm, width, ...(lanes !== undefined && { lanes }) };
}

/** What every side signs. */
export const message = Buffer.from(Array.from({ length: 32 }, (_, at) => at));

/** What the token gets to sign: the digest, or the message for Ed25519. */
export const signedBytes = (algorithm: SignatureAlgorithm): Buffer => Buffer.from(tokenInput(algorithm, message));

/** Judges signatures by the public key that the other program showed. */
export function judge({ key, algorithm }: Pick<Job, 'key' | 'algorithm'>): (signature: Uint8Array, of?: Uint8Array) => boolean {
  const verifies = judgeOf(Buffer.from(key.spki, 'base64'), algorithm);
  return (signature, of = message) => verifies(of, signature);
}
