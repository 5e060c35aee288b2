import { keyFacts } from '@securosys/core';
import type { Certificate } from './certificate.js';
import type { KeyUsageBit } from './extension-values.js';

/** What a chain's leaf is for; the rules for its key usages differ (`notation.md` §8). */
export type ChainPurpose = 'code-signing' | 'timestamping';

/** Stable names of the rules of `notation.md` §8, as `details.rule` of `ERR_CHAIN_INVALID` carries them. */
export type ChainRule =
  | 'chain-empty'
  | 'chain-too-long'
  | 'self-signed-invalid'
  | 'root-not-self-signed'
  | 'self-signed-not-last'
  | 'not-issued-by-next'
  | 'signature-algorithm'
  | 'not-valid-at-signing-time'
  | 'unknown-critical-extension'
  | 'ca-basic-constraints-missing'
  | 'ca-basic-constraints-not-critical'
  | 'ca-not-ca'
  | 'ca-path-length'
  | 'ca-key-cert-sign-missing'
  | 'key-usage-missing'
  | 'key-usage-not-critical'
  | 'leaf-is-ca'
  | 'leaf-digital-signature-missing'
  | 'leaf-key-usage-forbidden'
  | 'leaf-extended-key-usage-missing'
  | 'leaf-extended-key-usage-not-critical'
  | 'leaf-extended-key-usage-forbidden'
  | 'leaf-key-type';

/** Object identifiers of extended key usages (RFC 5280 §4.2.1.12). */
export const extendedKeyUsages = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** The specification's list and OCSPSigning, which only the Go implementation refuses (`notation.md` §20.4 rows 23 and 24). */
const forbiddenForCode: ReadonlySet<string> = new Set([
  extendedKeyUsages.any,
  extendedKeyUsages.serverAuth,
  extendedKeyUsages.clientAuth,
  extendedKeyUsages.emailProtection,
  extendedKeyUsages.timeStamping,
  extendedKeyUsages.ocspSigning,
]);

const allowedForLeaf: ReadonlySet<KeyUsageBit> = new Set(['digitalSignature', 'contentCommitment']);

/** Key usage must be there, and critical where the specification says MUST: timestamping chains only SHOULD. */
function keyUsageRule({ keyUsage }: Certificate, purpose: ChainPurpose): ChainRule | undefined {
  if (!keyUsage) return 'key-usage-missing';
  return purpose === 'code-signing' && !keyUsage.critical ? 'key-usage-not-critical' : undefined;
}

/**
 * The first rule of §8.2 that a root or intermediate breaks.
 * @param below number of intermediates between this certificate and the leaf
 */
export function brokenCaRule(certificate: Certificate, below: number, purpose: ChainPurpose): ChainRule | undefined {
  const { basicConstraints, keyUsage } = certificate;
  if (!basicConstraints) return 'ca-basic-constraints-missing';
  if (!basicConstraints.ca) return 'ca-not-ca';
  if (!basicConstraints.critical) return 'ca-basic-constraints-not-critical';
  if (basicConstraints.pathLen !== undefined && basicConstraints.pathLen < below) return 'ca-path-length';
  return keyUsageRule(certificate, purpose) ?? (keyUsage?.bits.has('keyCertSign') ? undefined : 'ca-key-cert-sign-missing');
}

function brokenExtendedKeyUsage({ extendedKeyUsage }: Certificate, purpose: ChainPurpose): ChainRule | undefined {
  if (purpose === 'code-signing')
    return extendedKeyUsage?.oids.some((oid) => forbiddenForCode.has(oid)) ? 'leaf-extended-key-usage-forbidden' : undefined;
  if (!extendedKeyUsage) return 'leaf-extended-key-usage-missing';
  if (!extendedKeyUsage.critical) return 'leaf-extended-key-usage-not-critical';
  const [only, more] = extendedKeyUsage.oids;
  return only === extendedKeyUsages.timeStamping && more === undefined ? undefined : 'leaf-extended-key-usage-forbidden';
}

/**
 * The first rule of §8.3 that a leaf breaks.
 * @throws SignError `ERR_MALFORMED` when the runtime cannot read its key
 */
export function brokenLeafRule(certificate: Certificate, purpose: ChainPurpose): ChainRule | undefined {
  const { basicConstraints, keyUsage, spec } = certificate;
  if (basicConstraints?.ca) return 'leaf-is-ca';
  const usage = keyUsageRule(certificate, purpose);
  if (usage) return usage;
  if (!keyUsage?.bits.has('digitalSignature')) return 'leaf-digital-signature-missing';
  for (const bit of keyUsage.bits) if (!allowedForLeaf.has(bit)) return 'leaf-key-usage-forbidden';
  const type = spec && keyFacts(spec).type;
  return brokenExtendedKeyUsage(certificate, purpose) ?? (type === 'rsa' || type === 'ec' ? undefined : 'leaf-key-type');
}
