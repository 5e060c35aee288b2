import { algorithmFacts, type HashName, type SignatureAlgorithm, SignError, signatureAlgorithms } from '@securosys/core';
import { type TsbSignatureAlgorithm, tsbSignatureAlgorithms } from '../api/algorithms.js';

interface Names {
  /** For a whole message. */
  readonly message: TsbSignatureAlgorithm;
  /** For a digest that was computed here; `undefined`: there is none. */
  readonly digest: TsbSignatureAlgorithm | undefined;
}

/** What the API calls our algorithms (`tsb-rest-api.md` §3.3). */
const names: Readonly<Record<SignatureAlgorithm, Names>> = {
  'rsa-pss-sha256': { message: 'SHA256_WITH_RSA_PSS', digest: 'NONESHA256_WITH_RSA_PSS' },
  'rsa-pss-sha384': { message: 'SHA384_WITH_RSA_PSS', digest: 'NONESHA384_WITH_RSA_PSS' },
  'rsa-pss-sha512': { message: 'SHA512_WITH_RSA_PSS', digest: 'NONESHA512_WITH_RSA_PSS' },
  'rsa-pkcs1-sha256': { message: 'SHA256_WITH_RSA', digest: 'NONESHA256_WITH_RSA' },
  'rsa-pkcs1-sha384': { message: 'SHA384_WITH_RSA', digest: 'NONESHA384_WITH_RSA' },
  'rsa-pkcs1-sha512': { message: 'SHA512_WITH_RSA', digest: 'NONESHA512_WITH_RSA' },
  'ecdsa-sha256': { message: 'SHA256_WITH_ECDSA', digest: 'NONE_WITH_ECDSA' },
  'ecdsa-sha384': { message: 'SHA384_WITH_ECDSA', digest: 'NONE_WITH_ECDSA' },
  'ecdsa-sha512': { message: 'SHA512_WITH_ECDSA', digest: 'NONE_WITH_ECDSA' },
  ed25519: { message: 'EDDSA', digest: undefined },
  'ml-dsa-44': { message: 'ML_DSA', digest: undefined },
  'ml-dsa-65': { message: 'ML_DSA', digest: undefined },
  'ml-dsa-87': { message: 'ML_DSA', digest: undefined },
};

/**
 * The API's name for an algorithm and kind of input.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a digest of an algorithm that signs messages only
 */
export function tsbAlgorithmFor(algorithm: SignatureAlgorithm, input: 'message' | 'digest'): TsbSignatureAlgorithm {
  algorithmFacts(algorithm);
  return (
    names[algorithm][input] ??
    (() => {
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} signs messages, not digests`);
    })()
  );
}

const hashBytesOf: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/**
 * What a name of the API says in our words: the reverse of {@link tsbAlgorithmFor}. Several algorithms share a name; none has
 * one that this SDK never asks for.
 * @param payloadBytes length of what is signed: a digest tells the algorithms of `NONE_WITH_ECDSA` apart
 */
export function algorithmsNamed(wire: string, payloadBytes: number): readonly SignatureAlgorithm[] {
  return signatureAlgorithms.filter((algorithm) => {
    const { message, digest } = names[algorithm];
    const { hash } = algorithmFacts(algorithm);
    return message === wire || (digest === wire && hash !== undefined && hashBytesOf[hash] === payloadBytes);
  });
}

/**
 * Names that say, or may mean, that the payload is a digest already: `NONE…`, the pre-hash forms of the post-quantum algorithms,
 * ML-DSA over an externally made `μ`, and IOTA's signatures of bundle hashes.
 */
const mayTakeDigest = /^NONE|^(SHA[23]|SHAKE)_.*_(ML|SLH)_DSA$|^ML_DSA_M$|^ISS_KERL$/;
const signsMessage = new Set<string>(tsbSignatureAlgorithms.filter((wire) => !mayTakeDigest.test(wire)));

/**
 * Whether an algorithm of the API surely takes the message itself. One that this version does not know counts as `NONE…` does:
 * people would approve a digest that they cannot read (S4).
 */
export function takesMessage(wire: string): boolean {
  return signsMessage.has(wire);
}

/** Whether the API's `signatureType` matters: RSA and ML-DSA results are plain bytes for every type. */
export function hasSignatureType(algorithm: SignatureAlgorithm): boolean {
  const { family } = algorithmFacts(algorithm);
  return family === 'ecdsa' || family === 'ed25519';
}
