import { hexBytes, hexText, type SignatureAlgorithm } from '@securosys/core';

const pss = (hash: string, salt: string): string => {
  const sha = `300d060960864801650304020${hash}0500`;
  return `304106092a864886f70d01010a3034a00f${sha}a11c301a06092a864886f70d010108${sha}a2030201${salt}`;
};

/**
 * DER of the `AlgorithmIdentifier` of each certificate signature, hex: RFC 4055 §3 and §5 (for PSS with MGF1 of the same
 * hash and a salt as long as it), RFC 5758 §3.2, RFC 8410 §3. There is one encoding each, so comparing bytes is parsing.
 */
const identifiers: Partial<Record<SignatureAlgorithm, string>> = {
  'rsa-pkcs1-sha256': '300d06092a864886f70d01010b0500',
  'rsa-pkcs1-sha384': '300d06092a864886f70d01010c0500',
  'rsa-pkcs1-sha512': '300d06092a864886f70d01010d0500',
  'rsa-pss-sha256': pss('1', '20'),
  'rsa-pss-sha384': pss('2', '30'),
  'rsa-pss-sha512': pss('3', '40'),
  'ecdsa-sha256': '300a06082a8648ce3d040302',
  'ecdsa-sha384': '300a06082a8648ce3d040303',
  'ecdsa-sha512': '300a06082a8648ce3d040304',
  ed25519: '300506032b6570',
};

const algorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  Object.entries(identifiers).map(([algorithm, hex]) => [hex, algorithm as SignatureAlgorithm]),
);

/** MD2, MD5 and SHA-1 with RSA, SHA-1 with DSA and with ECDSA: signatures that anybody may have forged. */
const weak: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.29',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
]);

/** The algorithm that an `AlgorithmIdentifier` names, or `undefined` for every other and for other parameters. */
export function algorithmOfIdentifier(der: Uint8Array): SignatureAlgorithm | undefined {
  return der.byteLength <= 80 ? algorithms.get(hexText(der)) : undefined;
}

/** DER of the `AlgorithmIdentifier` of a certificate signature, or `undefined` when certificates have none. */
export function identifierOfAlgorithm(algorithm: SignatureAlgorithm): Uint8Array<ArrayBuffer> | undefined {
  const hex = identifiers[algorithm];
  return hex === undefined ? undefined : hexBytes(hex);
}

/** Whether a signature object identifier stands for a broken hash. */
export function isWeakSignatureOid(oid: string): boolean {
  return weak.has(oid);
}
