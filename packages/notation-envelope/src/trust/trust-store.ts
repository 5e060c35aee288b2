import { invalidArgument, SignError } from '@securosys/core';
import { type Certificate, isSelfSigned, parseCertificate } from '@securosys/pki';
import { parseTrustStoreName, type TrustStoreType } from './trust-store-name.js';

/** Named sets of trusted certificates (`notation.md` §13), wherever they are kept. */
export interface TrustStore {
  /**
   * The certificates of one store, at least one.
   * @throws SignError `ERR_NOT_FOUND` without such a store, `ERR_MALFORMED` and others when it breaks a rule
   */
  load(type: TrustStoreType, name: string): Promise<readonly Certificate[]>;
}

/**
 * Holds the contents of a store to `notation.md` §13: not empty; every certificate a CA's or self-signed; in a `tsa` store
 * every one a self-signed CA.
 * @throws SignError `ERR_CHAIN_INVALID`
 */
export function checkStoreContents(certificates: readonly Certificate[], type: TrustStoreType, name: string): void {
  const fail = (why: string): never => {
    throw new SignError('ERR_CHAIN_INVALID', `trust store ${type}:${name} ${why}`, { details: { rule: 'trust-store' } });
  };
  if (certificates.length === 0) fail('is empty');
  for (const certificate of certificates) {
    const ca = certificate.basicConstraints?.ca === true;
    if (type === 'tsa' ? !ca || !isSelfSigned(certificate) : !ca && !isSelfSigned(certificate))
      fail('holds a certificate that cannot be a trust anchor');
  }
}

/**
 * A trust store in memory.
 * @param stores DER certificates by `{type}:{name}`, for example `{ 'ca:acme': [rootDer] }`
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_CHAIN_INVALID`
 */
export function trustStoreFromCertificates(stores: Readonly<Record<string, readonly Uint8Array[]>>): TrustStore {
  const loaded = new Map<string, readonly Certificate[]>();
  for (const [key, list] of Object.entries(stores)) {
    const { type, name } = parseTrustStoreName(key);
    if (!Array.isArray(list)) invalidArgument(`trust store ${key} is not a list of certificates`);
    const certificates = list.map((der) => parseCertificate(der));
    checkStoreContents(certificates, type, name);
    loaded.set(key, certificates);
  }
  return {
    load: async (type, name) => {
      const certificates = loaded.get(`${type}:${name}`);
      if (!certificates) throw new SignError('ERR_NOT_FOUND', `there is no trust store ${type}:${name}`);
      return certificates;
    },
  };
}
