import { algorithmFacts, type HashName, type KeySpec, keyFacts, type SignatureAlgorithm, SignError } from '@securosys/core';

function unsupported(why: string): never {
  throw new SignError('ERR_ALGORITHM_UNSUPPORTED', why);
}

/**
 * The algorithm of cosign signatures for a key (`cosign.md` §2): RSA of 2048, 3072 and 4096 bits PKCS#1 v1.5 and P-256 with SHA-256;
 * P-384 and P-521 with the hash that is named, because releases of cosign disagree about it; pure Ed25519, which has no hash.
 * @param digestAlgorithm hash of the message. Needed for P-384 and P-521; `sha256`, or left out, for RSA and P-256; left out for Ed25519
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`
 */
export function cosignAlgorithm(spec: KeySpec | undefined, digestAlgorithm?: HashName): SignatureAlgorithm {
  if (digestAlgorithm !== undefined && !['sha256', 'sha384', 'sha512'].includes(digestAlgorithm))
    unsupported('the hash is none of sha256, sha384 and sha512');
  const type = spec && keyFacts(spec).type;
  if (type === 'ed25519')
    return digestAlgorithm === undefined ? 'ed25519' : unsupported('Ed25519 signs messages: no hash can be named for it');
  if (spec === 'ec-p384' || spec === 'ec-p521') {
    const curve = spec === 'ec-p384' ? 'P-384' : 'P-521';
    if (digestAlgorithm === undefined)
      unsupported(`with a ${curve} key the hash has to be named: cosign signs with one and verifies with another`);
    return `ecdsa-${digestAlgorithm}`;
  }
  if (spec !== 'ec-p256' && type !== 'rsa') unsupported(`cosign signatures cannot be made with a ${spec ?? 'key of this type'}`);
  if (digestAlgorithm !== undefined && digestAlgorithm !== 'sha256')
    unsupported(`with a key of ${spec} cosign signs SHA-256 only`);
  return type === 'rsa' ? 'rsa-pkcs1-sha256' : 'ecdsa-sha256';
}

/** The hash that stands for a signed blob beside its signature: that of the algorithm, SHA-256 for Ed25519 (§2.3). */
export function messageHash(algorithm: SignatureAlgorithm): HashName {
  return algorithmFacts(algorithm).hash ?? 'sha256';
}

/**
 * Who cannot verify signatures of this kind of key, or needs a flag to do so, in one sentence for people; `undefined` for the safe set
 * (P-256 and RSA with SHA-256), which every cosign since 2.0 verifies without any flag (§2.1, §2.2).
 */
export function verifierAdvice(spec: KeySpec, algorithm: SignatureAlgorithm): string | undefined {
  if (algorithm === 'ed25519')
    return 'cosign 2 and 3 verify pure Ed25519 signatures of ours, but not those that cosign 3 itself makes with such a key; a transparency log takes none';
  if (spec !== 'ec-p384' && spec !== 'ec-p521') return undefined;
  if (algorithm === 'ecdsa-sha256')
    return 'every cosign released so far verifies this without a flag; one that derives the hash from the curve will refuse it';
  const hash = algorithmFacts(algorithm).hash as HashName;
  return `cosign needs --signature-digest-algorithm ${hash}: version 2.5 has that flag for images only, so it cannot verify attestations and blobs`;
}
