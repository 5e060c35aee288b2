import {
  equalBytes,
  type Format,
  invalidArgument,
  knownOptions,
  type Prepared,
  SignError,
  type SigningFacts,
  sha256Hex,
} from '@securosys/core';
import { asn1Name, loadAsn1 } from './certificate-tbs.js';
import { isEmulatedName, markedSubject, needsMark, type SigningKey } from './emulated.js';
import { extensionLines, factText } from './extension-facts.js';
import { parseExtensions } from './extensions.js';
import { nameText } from './names.js';
import { explainPkix, type PkixKind, preparedPkix, restorePkix } from './pkix.js';
import { publicKeyOfSpki } from './public-key.js';
import { readRequestInfo } from './request-info.js';
import { parseSubject } from './subject.js';

/** What a certification request (PKCS#10, RFC 2986) is to say. */
export interface CsrOptions {
  /** RFC 4514 text, most specific part first, as for `prepareCertificate`. */
  subject: string;
  /** The key that asks for a certificate and signs the request. Pass `signer.describe()` whole, so that an emulator's is known. */
  key: SigningKey;
  /** Marks the subject as an emulator's (threat model S34). Default: whether `key` is one's, which cannot be undone. */
  emulated?: boolean;
}

function readFacts(bytes: Uint8Array): SigningFacts {
  const request = readRequestInfo(bytes);
  const subject = factText(nameText(request.subject));
  const asked = extensionLines(request.extensions);
  const ca = parseExtensions(request.extensions).basicConstraints?.ca;
  return {
    format: 'x509-request',
    title: `Request for a ${ca ? 'CA certificate' : 'certificate'} for ${subject}`,
    details: {
      subject,
      publicKeySha256: sha256Hex(request.spki),
      ...Object.fromEntries([...asked, ...request.lines]),
      ...(isEmulatedName(request.subject) && { emulated: 'yes' }),
    },
  };
}

const requestKind: PkixKind = {
  domain: 'x509-request',
  part: 'request',
  read: readFacts,
  checkSigner(tbs, signerSpki) {
    if (!equalBytes(readRequestInfo(tbs).spki, signerSpki))
      throw new SignError('ERR_MALFORMED', 'a certification request has to be signed by the key in it');
  },
};

/**
 * Prepares a PKCS#10 certification request (RFC 2986) without attributes.
 * @returns a `Prepared` whose `assemble` gives the request, DER
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED` for a key that is none
 */
export async function prepareCsr(options: CsrOptions): Promise<Prepared<Uint8Array>> {
  knownOptions('prepareCsr', options, ['subject', 'key', 'emulated']);
  const named = parseSubject(options.subject);
  const subject = needsMark(options.emulated, options.key) ? markedSubject(named) : named;
  publicKeyOfSpki(options.key.spki); // anything but a key is refused before a library meant for trusted bytes sees it
  const asn1 = await loadAsn1();
  const { Attributes, CertificationRequestInfo } = await import('@peculiar/asn1-csr');
  const request = new CertificationRequestInfo({
    version: 0,
    subject: asn1Name(asn1, subject),
    subjectPKInfo: asn1.AsnConvert.parse(options.key.spki, asn1.x509.SubjectPublicKeyInfo),
    attributes: new Attributes(),
  });
  const bytes = new Uint8Array(asn1.AsnConvert.serialize(request));
  if (!equalBytes(readRequestInfo(bytes).spki, options.key.spki))
    invalidArgument('the key is not encoded as this library would encode it');
  return preparedPkix(requestKind, bytes, options.key.spki);
}

/** Certification requests as a format; preparing is {@link prepareCsr}. */
export const csrFormat: Pick<Format<Uint8Array>, 'id' | 'restore' | 'explain'> = {
  id: requestKind.domain,
  restore: (json) => restorePkix(requestKind, json),
  explain: (bytes) => explainPkix(requestKind, bytes),
};
