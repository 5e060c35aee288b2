export { type Certificate, maxCertificateBytes, parseCertificate } from './certificate.js';
export type { CertificateProfile } from './certificate-tbs.js';
export { type ChainOptions, checkNotaryChain } from './chain.js';
export { type ChainPurpose, type ChainRule, extendedKeyUsages } from './chain-rules.js';
export { EMULATED_POLICY_OID, EMULATED_SERIAL_NUMBER, isEmulated, type SigningKey } from './emulated.js';
export type { KeyUsageBit } from './extension-values.js';
export { keyUsageBits } from './extension-values.js';
export type {
  BasicConstraintsExtension,
  CertificateExtension,
  CertificateExtensions,
  ExtendedKeyUsageExtension,
  KeyUsageExtension,
} from './extensions.js';
export { type GeneralName, type GeneralNameType, sameGeneralName } from './general-names.js';
export { type CertificateHolder, certificateHolder, requestHolder } from './holder.js';
export { createHsmCrypto, type HsmCrypto, type HsmKeyOptions } from './hsm-crypto.js';
export { isSelfIssued, isSelfSigned, issuedBy } from './issuance.js';
export { attributeNames, type NameAttribute, nameText, parseName, type RelativeName } from './names.js';
export { type PemBlock, parseCertificates, pemBlocks, pemBytes, pemText } from './pem.js';
export { type CertificateOptions, certificateFormat, prepareCertificate } from './prepare-certificate.js';
export { type CsrOptions, csrFormat, prepareCsr } from './prepare-csr.js';
export { createRevocationChecker } from './revocation/checker.js';
export type { CachedCrl, CrlCache } from './revocation/crl-cache.js';
export type { RevocationFault } from './revocation/fault.js';
export { createFolderCrlCache } from './revocation/folder-crl-cache.js';
export { createMemoryCrlCache } from './revocation/memory-crl-cache.js';
export type { OcspDelegate } from './revocation/ocsp-responder.js';
export type {
  CertificateRevocation,
  RevocationChecker,
  RevocationCheckOptions,
  RevocationReport,
  RevocationSource,
  RevocationStatus,
} from './revocation/report.js';
export type { RevocationCheckerOptions } from './revocation/settings.js';
export { createTimestamper } from './timestamp/create-timestamper.js';
export type { TimestampReason } from './timestamp/reasons.js';
export { checkTimestampRevocation } from './timestamp/revocation.js';
export type { IssuerSerial, TimestampSigner } from './timestamp/signer-info.js';
export type { Timestamp, VerifiedTimestamp, VerifyTimestampOptions } from './timestamp/timestamp.js';
export type { TimestamperOptions } from './timestamp/timestamper-options.js';
export {
  maxTimestampTokenBytes,
  type ParseTimestampOptions,
  parseTimestampToken,
  type TimestampToken,
} from './timestamp/token.js';
export { verifyTimestampToken } from './timestamp/verify.js';
