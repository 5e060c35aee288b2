import type { HashName } from './bytes.js';
import { SignError } from './errors.js';

/** Key types the formats know. A backend may hold others; they are described with `spec: undefined`. */
export type KeySpec =
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'
  | 'ec-p256'
  | 'ec-p384'
  | 'ec-p521'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

/**
 * What a backend computes. PSS always means MGF1 with the same hash and a salt as long as the hash; ECDSA results are
 * fixed-width r‖s (IEEE P1363), RSA results as long as the modulus, Ed25519 64 bytes.
 */
export type SignatureAlgorithm =
  | 'rsa-pss-sha256'
  | 'rsa-pss-sha384'
  | 'rsa-pss-sha512'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha384'
  | 'rsa-pkcs1-sha512'
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

/** What a signature algorithm has in common apart from its hash: key type and padding. */
export type AlgorithmFamily = 'rsa-pss' | 'rsa-pkcs1' | 'ecdsa' | 'ed25519' | 'ml-dsa';

/** What an algorithm is made of. */
export interface AlgorithmFacts {
  readonly family: AlgorithmFamily;
  /** Hash of the message; `undefined` when the algorithm signs the message itself. */
  readonly hash: HashName | undefined;
}

const algorithms: Readonly<Record<SignatureAlgorithm, AlgorithmFacts>> = {
  'rsa-pss-sha256': { family: 'rsa-pss', hash: 'sha256' },
  'rsa-pss-sha384': { family: 'rsa-pss', hash: 'sha384' },
  'rsa-pss-sha512': { family: 'rsa-pss', hash: 'sha512' },
  'rsa-pkcs1-sha256': { family: 'rsa-pkcs1', hash: 'sha256' },
  'rsa-pkcs1-sha384': { family: 'rsa-pkcs1', hash: 'sha384' },
  'rsa-pkcs1-sha512': { family: 'rsa-pkcs1', hash: 'sha512' },
  'ecdsa-sha256': { family: 'ecdsa', hash: 'sha256' },
  'ecdsa-sha384': { family: 'ecdsa', hash: 'sha384' },
  'ecdsa-sha512': { family: 'ecdsa', hash: 'sha512' },
  ed25519: { family: 'ed25519', hash: undefined },
  'ml-dsa-44': { family: 'ml-dsa', hash: undefined },
  'ml-dsa-65': { family: 'ml-dsa', hash: undefined },
  'ml-dsa-87': { family: 'ml-dsa', hash: undefined },
};

/** Every algorithm, in the order of {@link SignatureAlgorithm}. */
export const signatureAlgorithms = Object.keys(algorithms) as readonly SignatureAlgorithm[];

interface KeyFacts {
  readonly type: 'rsa' | 'ec' | 'ed25519' | 'ml-dsa';
  /** Bytes of one signature. */
  readonly signatureBytes: number;
  /** The one algorithm of each format; a missing entry means that the format refuses the key. */
  readonly notary?: SignatureAlgorithm;
  readonly x509?: SignatureAlgorithm;
}

const keys: Readonly<Record<KeySpec, KeyFacts>> = {
  'rsa-2048': { type: 'rsa', signatureBytes: 256, notary: 'rsa-pss-sha256', x509: 'rsa-pkcs1-sha256' },
  'rsa-3072': { type: 'rsa', signatureBytes: 384, notary: 'rsa-pss-sha384', x509: 'rsa-pkcs1-sha384' },
  'rsa-4096': { type: 'rsa', signatureBytes: 512, notary: 'rsa-pss-sha512', x509: 'rsa-pkcs1-sha512' },
  'ec-p256': { type: 'ec', signatureBytes: 64, notary: 'ecdsa-sha256', x509: 'ecdsa-sha256' },
  'ec-p384': { type: 'ec', signatureBytes: 96, notary: 'ecdsa-sha384', x509: 'ecdsa-sha384' },
  'ec-p521': { type: 'ec', signatureBytes: 132, notary: 'ecdsa-sha512', x509: 'ecdsa-sha512' },
  ed25519: { type: 'ed25519', signatureBytes: 64, x509: 'ed25519' },
  'ml-dsa-44': { type: 'ml-dsa', signatureBytes: 2420 },
  'ml-dsa-65': { type: 'ml-dsa', signatureBytes: 3309 },
  'ml-dsa-87': { type: 'ml-dsa', signatureBytes: 4627 },
};

/** Every key spec, in the order of {@link KeySpec}. */
export const keySpecs = Object.keys(keys) as readonly KeySpec[];

/** Formats with an algorithm table of their own. */
export type AlgorithmTable = 'notary' | 'x509';

/**
 * The one algorithm that `format` prescribes for a key (`notation.md` §3 for Notary).
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` when the format has none for this key
 */
export function signatureAlgorithmFor(format: AlgorithmTable, spec: KeySpec | undefined): SignatureAlgorithm {
  const algorithm = spec && keys[spec][format];
  if (!algorithm)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${format} signatures cannot be made with a ${spec ?? 'key of this type'}`, {
      details: { format, ...(spec && { spec }) },
    });
  return algorithm;
}

/** Family and message hash of an algorithm. */
export function algorithmFacts(algorithm: SignatureAlgorithm): AlgorithmFacts {
  const facts = algorithms[algorithm];
  if (!facts) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `unknown signature algorithm '${String(algorithm).slice(0, 40)}'`);
  return facts;
}

/** Key type and signature length of a key spec. */
export function keyFacts(spec: KeySpec): { readonly type: KeyFacts['type']; readonly signatureBytes: number } {
  return keys[spec];
}

/** Whether a key of this spec can compute this algorithm at all. */
export function algorithmFitsKey(algorithm: SignatureAlgorithm, spec: KeySpec): boolean {
  const { family } = algorithmFacts(algorithm);
  const { type } = keys[spec];
  if (type === 'rsa') return family === 'rsa-pss' || family === 'rsa-pkcs1';
  if (type === 'ec') return family === 'ecdsa';
  return type === 'ml-dsa' ? algorithm === spec : family === type;
}
