import {
  type AlgorithmFamily,
  algorithmFacts,
  algorithmFitsKey,
  type HashName,
  type KeySpec,
  keyFacts,
  type SignatureAlgorithm,
  SignError,
} from '@securosys/core';
import { CKG, CKM } from '../cryptoki/mechanisms.js';
import { standsFor } from '../cryptoki/stands-for.js';
import type { Mechanism } from '../token/mechanism.js';

/** How one algorithm is computed with keys of one spec: mechanism, shape of the input, length of the result (`pkcs11.md` §6.9). */
export interface SignPlan {
  readonly algorithm: SignatureAlgorithm;
  readonly mechanism: Mechanism;
  /** `undefined`: the token gets the message itself. */
  readonly hash: HashName | undefined;
  /** Put before the digest: the DER of a DigestInfo up to its OCTET STRING. */
  readonly prefix: Uint8Array | undefined;
  /** Only so many bytes of the digest are signed: ECDSA takes the leftmost bits, as many as the order has (FIPS 186-5 §6.4.1). */
  readonly leftmost: number;
  /** Of a signature, exactly. */
  readonly signatureBytes: number;
}

const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;
const hashMechanisms = { sha256: CKM.SHA256, sha384: CKM.SHA384, sha512: CKM.SHA512 } as const;
const masks = { sha256: CKG.MGF1_SHA256, sha384: CKG.MGF1_SHA384, sha512: CKG.MGF1_SHA512 } as const;

/** RFC 8017 §9.2, note 1. They differ in the last arc of the OID, the lengths and nothing else. */
const digestInfo = (arc: number, bytes: number) =>
  Uint8Array.of(0x30, 17 + bytes, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, arc, 5, 0, 4, bytes);
const prefixes: Readonly<Record<HashName, Uint8Array>> = {
  sha256: digestInfo(1, 32),
  sha384: digestInfo(2, 48),
  sha512: digestInfo(3, 64),
};

/** Whether EMSA-PSS has room for a salt (RFC 8017 §9.1.1); some modules are left in a bad state by one that is too long. */
export const pssFits = (modulusBits: number, hashBytes: number, saltBytes: number): boolean =>
  saltBytes <= Math.ceil((modulusBits - 1) / 8) - hashBytes - 2;

function pss(hash: HashName, modulusBytes: number): Mechanism {
  const saltLen = digestBytes[hash];
  if (!pssFits(modulusBytes * 8, saltLen, saltLen))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `a modulus of ${modulusBytes} bytes has no room for PSS with ${hash}`);
  // The hash of the mask is always that of the message: NSS would take another one, and sign (pkcs11.md §3).
  return { type: CKM.RSA_PKCS_PSS, parameter: { kind: 'pss', hashAlg: hashMechanisms[hash], mgf: masks[hash], saltLen } };
}

function mechanismOf(family: AlgorithmFamily, hash: HashName | undefined, signatureBytes: number): Mechanism | undefined {
  if (family === 'ecdsa') return { type: CKM.ECDSA };
  if (family === 'ed25519') return { type: CKM.EDDSA };
  if (family === 'rsa-pkcs1') return { type: CKM.RSA_PKCS };
  return family === 'rsa-pss' && hash ? pss(hash, signatureBytes) : undefined;
}

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for unknown algorithms, and for keys that cannot compute them */
export function signPlan(algorithm: SignatureAlgorithm, spec: KeySpec | undefined): SignPlan {
  const { family, hash } = algorithmFacts(algorithm);
  const fits = spec !== undefined && algorithmFitsKey(algorithm, spec);
  const { signatureBytes } = fits ? keyFacts(spec) : { signatureBytes: 0 };
  const mechanism = fits ? mechanismOf(family, hash, signatureBytes) : undefined;
  if (!mechanism)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${spec ?? 'key of this type'}`, {
      details: standsFor('CKR_KEY_TYPE_INCONSISTENT'),
    });
  const wide = hash === undefined ? 0 : digestBytes[hash];
  return {
    algorithm,
    mechanism,
    hash,
    prefix: family === 'rsa-pkcs1' && hash ? prefixes[hash] : undefined,
    leftmost: family === 'ecdsa' ? Math.min(wide, signatureBytes / 2) : wide,
    signatureBytes,
  };
}
