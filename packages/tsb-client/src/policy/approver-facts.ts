import { base64Bytes, derChildren, hexText, SignError, scanDer } from '@securosys/core';
import { readApproverCertificate } from '../api/approver-certificate.js';
import type { PolicyApproval } from '../api/policy.js';

/** Key types of approvers (`tsb-rest-api.md` §4.1) by the contents of their algorithm's OID, in hex. */
const keyTypes: Readonly<Record<string, string>> = {
  '2a864886f70d010101': 'RSA',
  '2a8648ce3d0201': 'EC',
  '2b6570': 'ED',
  '2a8648ce380401': 'DSA',
  '2b0601040182dc7c05030101': 'BLS',
};

/** What can be read from an approver of a policy. */
export interface ApproverFacts {
  /** `RSA`, `EC`, `ED`, `DSA` or `BLS`; `undefined` for a key that a TSB refuses with 601. */
  readonly keyType: string | undefined;
  /** Of a certificate; `undefined` when it has none, which a TSB refuses with 604. */
  readonly commonName: string | undefined;
}

function keyTypeOf(spki: Uint8Array): string | undefined {
  const [algorithm] = derChildren(spki, scanDer(spki, { what: 'approver public key', maxDepth: 4 }));
  const [oid] = algorithm ? derChildren(spki, algorithm) : [];
  return oid && keyTypes[hexText(spki.subarray(oid.contents, oid.end))];
}

/**
 * @returns `undefined` for somebody whom only the TSB knows
 * @throws SignError `ERR_MALFORMED` for what is no public key in SPKI DER, or no certificate
 */
export function approverFacts({ type, value }: PolicyApproval): ApproverFacts | undefined {
  if (value === undefined) return undefined;
  const bytes = base64Bytes(value, 'approver');
  if (type !== 'certificate') return { keyType: keyTypeOf(bytes), commonName: undefined };
  const { commonName, spki } = readApproverCertificate(bytes);
  return { keyType: keyTypeOf(spki), commonName };
}

/** What an approver is called: the name of the policy, or the common name. `undefined`: only the key tells. */
export function approverName(approval: PolicyApproval): string | undefined {
  if (approval.type !== 'certificate') return approval.name || undefined;
  try {
    return approverFacts(approval)?.commonName ?? approval.name;
  } catch (error) {
    if (SignError.is(error)) return approval.name;
    throw error;
  }
}
