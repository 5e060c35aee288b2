import { describe, expect, it } from 'vitest';
import {
  base64Bytes,
  ecdsaFromDer,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  SignError,
  signatureAlgorithms,
  verifySignature,
} from '../../src/index.js';
import { type File, files, type Group, readVectors, type Test } from './files.js';

const widths: Readonly<Record<string, number>> = { secp256r1: 32, secp384r1: 48, secp521r1: 66 };

/** `undefined` where DER is not strict: then there is no signature that could be verified. */
function fromDer(der: Uint8Array, width: number): Uint8Array | undefined {
  try {
    return ecdsaFromDer(der, width);
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED') || SignError.is(error, 'ERR_LIMIT')) return undefined;
    throw error;
  }
}

/** Our algorithm for a group; `undefined` where we have none. */
function algorithmOf(file: File, { pss }: Group): SignatureAlgorithm | undefined {
  const [family, , third, fourth] = file.split('_');
  if (family === 'ed25519') return 'ed25519';
  const prefix = pss ? 'rsa-pss' : family === 'rsa' ? 'rsa-pkcs1' : 'ecdsa';
  const hash = pss ? pss.sha.replace('SHA-', 'sha') : family === 'rsa' ? fourth : third;
  return signatureAlgorithms.find((algorithm) => algorithm === `${prefix}-${hash}`);
}

/**
 * What must verify here. Our PSS is MGF1 with the same hash and a salt as long as it, our keys are for PKCS #1 and PSS alike, and
 * exponents are large (S21): a good signature by other rules is none by ours. The only acceptable ones are PKCS #1 signatures
 * without the NULL that RFC 8017 §9.2 demands in DigestInfo: we demand it too, since leniency about that structure let signatures
 * be forged.
 */
function mustVerify(file: File, { key, pss }: Group, [id, result]: Test): boolean {
  // Made for a salt of no bytes, changed to one of 32: so it is just right for us.
  if (file === 'rsa_pss_2048_sha256_mgf1_0') return id === 69;
  if (result !== 'valid') return false;
  if (pss) return pss.mgfSha === pss.sha && pss.sLen * 8 === Number(pss.sha.slice(4)) && !file.endsWith('_params');
  return !Buffer.from(key, 'base64').toString('hex').endsWith('020103');
}

/** Every test under SLOW, and else one in four: the larger curves cost half a millisecond each. */
const isTried = ([id]: Test): boolean => process.env.SLOW !== undefined || id % 4 === 1;

function surprisesOf(file: File, group: Group): unknown[] {
  const algorithm = algorithmOf(file, group);
  const tests = group.tests.filter(isTried);
  if (!algorithm || tests.length === 0) return [];
  const key = publicKeyFromSpki(base64Bytes(group.key));
  const width = file.endsWith('_p1363') ? undefined : widths[file.split('_')[1] as string];
  return tests.flatMap((test) => {
    const [id, result, comment, message, encoded] = test;
    const signature = width === undefined ? base64Bytes(encoded) : fromDer(base64Bytes(encoded), width);
    const verifies = signature !== undefined && verifySignature(key, algorithm, base64Bytes(message), signature);
    return verifies === mustVerify(file, group, test) ? [] : [{ id, result, comment, verifies }];
  });
}

describe('vectors of the Wycheproof project', () => {
  it.each(files)('%s: what is valid verifies, and nothing else does', (file) => {
    const { groups } = readVectors(file);
    expect(groups.flatMap(({ tests }) => tests).length).toBeGreaterThan(90);
    expect(groups.flatMap((group) => surprisesOf(file, group))).toEqual([]);
  });
});
