import type { KeyObject } from 'node:crypto';
import {
  type AlgorithmFamily,
  algorithmFacts,
  algorithmFitsKey,
  type KeySpec,
  keyFacts,
  type SignatureAlgorithm,
} from './algorithms.js';
import { ecdsaToDer } from './der.js';
import { SignError } from './errors.js';
import { nodeCrypto } from './node-modules.js';

const curves: Readonly<Record<string, KeySpec>> = { prime256v1: 'ec-p256', secp384r1: 'ec-p384', secp521r1: 'ec-p521' };

/**
 * Which of our key specs a public key is; `undefined` for any other key.
 * RSA must have exactly 2048, 3072 or 4096 bits and an odd public exponent of at least 65537 and below 2^256 (S21, FIPS 186-5 A.1.1).
 */
export function keySpecOf(key: KeyObject): KeySpec | undefined {
  if (!specs.has(key)) specs.set(key, readSpec(key));
  return specs.get(key);
}

/** OpenSSL takes 90 times as long for an exponent as long as the modulus: a chain of such keys would be a tenth of a second for us. */
const exponentBound = 2n ** 256n;

/** A key object never changes, and asking OpenSSL about it costs nearly as much as verifying with it. */
const specs = new WeakMap<KeyObject, KeySpec | undefined>();

function readSpec(key: KeyObject): KeySpec | undefined {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType as string | undefined) {
    case 'rsa': {
      const exponent = details?.publicExponent ?? 0n;
      const bits = details?.modulusLength;
      const usual = exponent >= 65537n && exponent < exponentBound && (exponent & 1n) === 1n;
      const sound = usual && (bits === 2048 || bits === 3072 || bits === 4096);
      return sound ? `rsa-${bits as 2048 | 3072 | 4096}` : undefined;
    }
    case 'ec':
      return curves[details?.namedCurve ?? ''];
    case 'ed25519':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return key.asymmetricKeyType as KeySpec;
    default:
      return undefined;
  }
}

/**
 * A `KeyObject` of SubjectPublicKeyInfo DER.
 * @throws SignError `ERR_MALFORMED`
 */
export function publicKeyFromSpki(spki: Uint8Array): KeyObject {
  try {
    return nodeCrypto().createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw new SignError('ERR_MALFORMED', 'public key is not a SubjectPublicKeyInfo in DER that this runtime knows');
  }
}

/**
 * Whether a ciphertext is as long as the modulus of an RSA key, as RFC 8017 §7.1.2 and §7.2.2 demand before anything else: OpenSSL takes one
 * for a number, which may be written shorter.
 */
export function isModulusLong(key: KeyObject, ciphertext: Uint8Array): boolean {
  return ciphertext.byteLength * 8 === key.asymmetricKeyDetails?.modulusLength;
}

/** SubjectPublicKeyInfo DER of a public or private key, in memory of its own. */
export function spkiOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  const publicKey = key.type === 'private' ? nodeCrypto().createPublicKey(key) : key;
  return Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }));
}

/** Arguments of `node:crypto` for one of our algorithms. */
export interface CryptoParameters {
  /** `null`: the algorithm signs the message itself. */
  readonly hash: string | null;
  readonly parameters: { readonly padding?: number; readonly saltLength?: number; readonly dsaEncoding?: 'ieee-p1363' };
}

// The numbers of OpenSSL: RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST, RSA_PKCS1_PADDING.
const families: Readonly<Record<AlgorithmFamily, CryptoParameters['parameters']>> = {
  'rsa-pss': { padding: 6, saltLength: -1 },
  'rsa-pkcs1': { padding: 1 },
  ecdsa: { dsaEncoding: 'ieee-p1363' },
  ed25519: {},
  'ml-dsa': {},
};

/** How `node:crypto` wants to be asked for one of our algorithms: PSS salt = hash length, ECDSA as r‖s. */
export function cryptoParameters(algorithm: SignatureAlgorithm): CryptoParameters {
  const { family, hash = null } = algorithmFacts(algorithm);
  return { hash, parameters: families[family] };
}

/**
 * Checks one signature. The algorithm comes from the caller (from the trusted key and the format), never from the
 * signed document (S21); a key that the algorithm does not fit, or a signature of another length, is `false`.
 * @param signature ECDSA as r‖s of the curve's exact width, RSA as long as the modulus
 */
export function verifySignature(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const spec = keySpecOf(key);
  if (!spec || !algorithmFitsKey(algorithm, spec) || signature.byteLength !== keyFacts(spec).signatureBytes) return false;
  const { hash, parameters } = cryptoParameters(algorithm);
  try {
    // Newer runtimes take half as long again for r‖s as for DER.
    if (parameters.dsaEncoding) return nodeCrypto().verify(hash, message, key, ecdsaToDer(signature));
    return nodeCrypto().verify(hash, message, { key, ...parameters }, signature);
  } catch {
    return false;
  }
}
