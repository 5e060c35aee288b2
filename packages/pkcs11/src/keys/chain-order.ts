import type { KeyObject } from 'node:crypto';
import { equalBytes, SignError } from '@securosys/core';
import type { CertificateFields } from './certificate-fields.js';
import { keyOfCertificate } from './certificate-key.js';

/** Longest chain that is stored or read. */
export const maxChain = 16;

/** Whether `parent` issued `child`: names equal byte for byte, and the signature verifies. */
export function isIssuer(child: CertificateFields, parent: CertificateFields): boolean {
  if (!equalBytes(child.issuer, parent.subject)) return false;
  try {
    return child.certificate.verify(keyOfCertificate(parent.certificate));
  } catch {
    // A key that the runtime cannot verify with has issued nothing that we could know of.
    return false;
  }
}

/** Whether a certificate ends a chain. */
export function isRoot(fields: CertificateFields): boolean {
  return isIssuer(fields, fields);
}

/**
 * A chain, leaf first, of certificates in any order: the leaf holds the key, each next one issued the one before it.
 * @throws SignError `ERR_CHAIN_INVALID` when none or several hold the key, and when one belongs to no chain
 */
export function orderedChain(certificates: readonly CertificateFields[], publicKey: KeyObject): CertificateFields[] {
  if (certificates.length === 0 || certificates.length > maxChain)
    throw new SignError('ERR_CHAIN_INVALID', `a chain has 1 to ${maxChain} certificates, and this one ${certificates.length}`);
  const rest = [...certificates];
  const leaves = rest.filter(({ certificate }) => keyOfCertificate(certificate).equals(publicKey));
  const [leaf] = leaves;
  if (!leaf || leaves.length > 1)
    throw new SignError(
      'ERR_CHAIN_INVALID',
      `${leaves.length === 0 ? 'no certificate' : 'more than one certificate'} of the chain holds the key`,
    );
  const chain: CertificateFields[] = [];
  for (let next: CertificateFields | undefined = leaf; next; ) {
    chain.push(next);
    rest.splice(rest.indexOf(next), 1);
    const child: CertificateFields = next;
    next = isRoot(child) ? undefined : rest.find((parent) => isIssuer(child, parent));
  }
  if (rest.length > 0)
    throw new SignError('ERR_CHAIN_INVALID', `${rest.length} of the certificates did not issue one of the chain of the key`);
  return chain;
}
