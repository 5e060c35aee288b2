import { equalBytes, isoSeconds, SignError, type SigningFacts, sha256Hex } from '@securosys/core';
import { type Certificate, parseCertificate } from './certificate.js';
import { isEmulated } from './emulated.js';
import { extensionLines, factText } from './extension-facts.js';
import { nameText, parseName } from './names.js';
import { type PkixKind, signedStructure } from './pkix.js';
import { DerReader, tags } from './reader.js';

/** Reads to-be-signed bytes as a certificate, with an empty signature in place of the one to come. */
export function certificateOfTbs(tbs: Uint8Array): Certificate {
  const reader = DerReader.over(tbs, tags.sequence, 'certificate');
  reader.optional(tags.context0);
  reader.take(tags.integer);
  return parseCertificate(signedStructure(tbs, reader.whole(reader.take(tags.sequence)), new Uint8Array()));
}

/**
 * Facts of a certificate. Those of version 1 have no extension that could say that they issue none, and some programs take them for CAs.
 */
function readFacts(tbs: Uint8Array): SigningFacts {
  const certificate = certificateOfTbs(tbs);
  const { basicConstraints, notBefore, notAfter } = certificate;
  const subject = factText(certificate.subjectText);
  const version1 = DerReader.over(tbs, tags.sequence, 'certificate').optional(tags.context0) === undefined;
  return {
    format: 'x509-certificate',
    title: `${basicConstraints?.ca ? 'CA certificate' : 'Certificate'} for ${subject}`,
    details: {
      subject,
      issuer: factText(nameText(parseName(certificate.issuerDer))),
      selfIssued: equalBytes(certificate.subjectDer, certificate.issuerDer) ? 'yes' : 'no',
      serial: certificate.serial,
      validFrom: isoSeconds(notBefore),
      validUntil: isoSeconds(notAfter),
      publicKeySha256: sha256Hex(certificate.spki),
      ...Object.fromEntries(extensionLines(certificate.extensions)),
      ...(version1 && { mayIssueCertificates: 'version 1 does not say' }),
      ...(isEmulated(certificate) && { emulated: 'yes' }),
    },
  };
}

/** Certificates as a kind of signed structure. */
export const certificateKind: PkixKind = {
  domain: 'x509-certificate',
  part: 'certificate',
  read: readFacts,
  checkSigner(tbs, signerSpki, algorithm) {
    const certificate = certificateOfTbs(tbs);
    if (certificate.signatureAlgorithm !== algorithm)
      throw new SignError('ERR_MALFORMED', 'the certificate names another signature algorithm than its signer uses');
    // Bytes that say "issued by myself" and a signer that is somebody else can never become a valid certificate.
    if (equalBytes(certificate.subjectDer, certificate.issuerDer) && !equalBytes(certificate.spki, signerSpki))
      throw new SignError('ERR_MALFORMED', 'a certificate with one name as subject and issuer has to be signed by its own key');
  },
};
