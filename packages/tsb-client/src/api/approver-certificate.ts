import { nodeCrypto, ownBytes, SignError } from '@securosys/core';

/** What a policy takes from an approver's certificate. */
export interface ApproverCertificate {
  /** The name that people see (§4.1); `undefined` when there is none, which a TSB refuses with 604. */
  readonly commonName: string | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array<ArrayBuffer>;
}

/**
 * Name and key of an approver's certificate in DER.
 * @throws SignError `ERR_MALFORMED`
 */
export function readApproverCertificate(der: Uint8Array): ApproverCertificate {
  try {
    const { publicKey, subject } = new (nodeCrypto().X509Certificate)(der);
    // Node puts one attribute on a line and escapes line feeds inside of values.
    const commonName = /^CN=(.+)$/m.exec(subject ?? '')?.[1];
    return { commonName, spki: ownBytes(publicKey.export({ format: 'der', type: 'spki' })) };
  } catch (cause) {
    throw new SignError('ERR_MALFORMED', 'an approver certificate cannot be read', { cause });
  }
}
