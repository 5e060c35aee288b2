import { hexBytes, hexText } from '@securosys/core';
import { failure } from '../../failure.js';

const pss = (hash: string, salt: string): string => {
  const sha = `300d060960864801650304020${hash}0500`;
  return `304106092a864886f70d01010a3034a00f${sha}a11c301a06092a864886f70d010108${sha}a2030201${salt}`;
};
const rsa = (arc: string): string => `300d06092a864886f70d0101${arc}0500`;
const ecdsa = (arc: string): string => `300a06082a8648ce3d04030${arc}`;
const mlDsa = (arc: string): string => `300b060960864801650304031${arc}`;

/** DER of the `AlgorithmIdentifier`, hex, of each `signatureAlgorithm` (§3.3): RFC 4055, RFC 5758, RFC 8410, RFC 9881. */
const identifiers: Readonly<Record<string, string>> = {
  SHA224_WITH_RSA: rsa('0e'),
  SHA256_WITH_RSA: rsa('0b'),
  SHA384_WITH_RSA: rsa('0c'),
  SHA512_WITH_RSA: rsa('0d'),
  SHA256_WITH_RSA_PSS: pss('1', '20'),
  SHA384_WITH_RSA_PSS: pss('2', '30'),
  SHA512_WITH_RSA_PSS: pss('3', '40'),
  SHA224_WITH_ECDSA: ecdsa('1'),
  SHA256_WITH_ECDSA: ecdsa('2'),
  SHA384_WITH_ECDSA: ecdsa('3'),
  SHA512_WITH_ECDSA: ecdsa('4'),
  EDDSA: '300506032b6570',
};
/** By the type of the key, because the wire has one name for all. */
const mlDsaIdentifiers: Readonly<Record<string, string>> = {
  'ml-dsa-44': mlDsa('1'),
  'ml-dsa-65': mlDsa('2'),
  'ml-dsa-87': mlDsa('3'),
};

/**
 * How certificates name the algorithm.
 * @throws SignError with the TSB error 607 for one that has no name in a certificate, such as those over digests
 */
export function algorithmIdentifier(algorithm: string, keyType: string): Uint8Array<ArrayBuffer> {
  const hex = algorithm === 'ML_DSA' ? mlDsaIdentifiers[keyType] : identifiers[algorithm];
  if (hex === undefined) throw failure(607, `certificates cannot be signed with ${algorithm}`);
  return hexBytes(hex);
}

/** The wire's name of an algorithm that somebody's request names; `undefined` for any other. */
export function algorithmOfIdentifier(der: Uint8Array): string | undefined {
  const hex = hexText(der);
  if (Object.values(mlDsaIdentifiers).includes(hex)) return 'ML_DSA';
  return Object.entries(identifiers).find(([, known]) => known === hex)?.[0];
}
