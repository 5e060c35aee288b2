import {
  equalBytes,
  type Format,
  hexBytes,
  invalidArgument,
  keyFacts,
  keySpecOf,
  knownOptions,
  type Prepared,
  signatureAlgorithmFor,
} from '@securosys/core';
import type { Certificate } from './certificate.js';
import { certificateKind } from './certificate-facts.js';
import { buildTbs, type CertificateProfile } from './certificate-tbs.js';
import { EMULATED_POLICY_OID, markedSubject, needsMark, type SigningKey } from './emulated.js';
import { explainPkix, identifierFor, preparedPkix, restorePkix } from './pkix.js';
import { publicKeyOfSpki } from './public-key.js';
import { parseSubject } from './subject.js';

/** What a certificate is to say. Every value is fixed before anything is signed. */
export interface CertificateOptions {
  /** RFC 4514 text, most specific part first: `CN=release,O=Example,ST=Zurich,C=CH`. A trust policy needs C, ST and O to name it. */
  subject: string;
  /** The key that signs: the subject's own, or with `issuer` the issuer's. Pass `signer.describe()` whole, so that an emulator's is known. */
  key: SigningKey;
  /** SubjectPublicKeyInfo DER of the key that gets the certificate; needs `issuer`. Default: `key`. */
  subjectKey?: Uint8Array;
  /** The CA; without it the certificate is self-signed. */
  issuer?: { readonly certificate: Certificate };
  /** Milliseconds since 1970; fractions of a second are dropped. */
  validity: { readonly notBefore: number; readonly notAfter: number };
  /** `leaf` signs images, `ca` issues certificates, `timestamping` signs timestamps. */
  profile: CertificateProfile;
  /** Lower-case hex, at most 20 octets, positive. Default: 159 random bits. */
  serial?: string;
  /** Most intermediates below a `ca`. */
  pathLen?: number;
  /** Certificate policies, dotted object identifiers. */
  policies?: readonly string[];
  /** Marks the certificate as an emulator's (threat model S34). Default: whether `key` or the issuer is one's, which cannot be undone. */
  emulated?: boolean;
}

const optionNames = [
  'subject',
  'key',
  'subjectKey',
  'issuer',
  'validity',
  'profile',
  'serial',
  'pathLen',
  'policies',
  'emulated',
];

function checkIssuer(issuer: Certificate, key: SigningKey): void {
  if (!equalBytes(issuer.spki, key.spki)) invalidArgument("the signing key is not the key of the issuer's certificate");
  if (!issuer.basicConstraints?.ca || issuer.keyUsage?.bits.has('keyCertSign') === false)
    invalidArgument("the issuer's certificate does not allow it to issue certificates");
}

function seconds(ms: number, what: string): number {
  const whole = Math.floor(ms / 1000) * 1000;
  // RFC 5280 §4.1.2.5: four-digit years; before 1950 there is no form at all.
  if (!(whole >= Date.UTC(1950, 0) && whole < Date.UTC(10_000, 0)))
    invalidArgument(`${what} is no time that a certificate can hold`);
  return whole;
}

function checkedSerial(serial: string | undefined): string | undefined {
  if (serial === undefined) return undefined;
  const bytes = hexBytes(serial, 'serial');
  const [first = 0] = bytes;
  if (first === 0 || bytes.byteLength > 20) invalidArgument('serial must be positive, minimal and at most 20 octets');
  return first & 0x80 ? `00${serial}` : serial;
}

/**
 * Prepares a certificate that satisfies every rule of `notation.md` §8 for its profile. The bytes to be signed are built once and kept, so that
 * people may take days to approve them. The signer needs the separate right to sign certificates (S9).
 * @returns a `Prepared` whose `assemble` gives the certificate, DER
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED` for a key that cannot sign or hold such a certificate, `ERR_MALFORMED`
 * for a key that is none
 *
 * @example
 * ```ts
 * import { createSigner, type KeyBackend } from '@securosys/core';
 * import { prepareCertificate } from '@securosys/pki';
 * declare const backend: KeyBackend;
 * const signer = createSigner(backend, { label: 'release' }, { allowCertificates: true });
 * const prepared = await prepareCertificate({
 *   subject: 'CN=release,O=Example,ST=Zurich,C=CH',
 *   key: await signer.describe(),
 *   validity: { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2027, 0) },
 *   profile: 'leaf',
 * });
 * const [part] = prepared.parts;
 * const certificate = prepared.assemble({ certificate: await signer.sign(part!) });
 * ```
 */
export async function prepareCertificate(options: CertificateOptions): Promise<Prepared<Uint8Array>> {
  knownOptions('prepareCertificate', options, optionNames);
  const { key, profile, pathLen, policies = [], subjectKey } = options;
  const issuer = options.issuer?.certificate;
  if (!['leaf', 'ca', 'timestamping'].includes(profile)) invalidArgument("profile must be 'leaf', 'ca' or 'timestamping'");
  if (issuer) checkIssuer(issuer, key);
  else if (subjectKey && !equalBytes(subjectKey, key.spki)) invalidArgument("another's key needs an issuer");
  if (pathLen !== undefined && (profile !== 'ca' || !Number.isInteger(pathLen) || pathLen < 0 || pathLen > 255))
    invalidArgument("pathLen belongs to profile 'ca' and is 0 to 255");
  if (policies.some((oid) => oid.length > 100 || !/^[0-2](\.(0|[1-9]\d{0,14}))+$/.test(oid)))
    invalidArgument('a policy is no object identifier');

  const notBefore = seconds(options.validity.notBefore, 'notBefore');
  const notAfter = seconds(options.validity.notAfter, 'notAfter');
  if (notBefore > notAfter) invalidArgument('validity ends before it starts');

  const subjectSpki = subjectKey ?? key.spki;
  const spec = keySpecOf(publicKeyOfSpki(subjectSpki));
  // Leaves are held to the six key types of the Notary Project (§8.3); of a CA's key nothing is said.
  if (profile !== 'ca' && !(spec && ['rsa', 'ec'].includes(keyFacts(spec).type))) signatureAlgorithmFor('notary', spec);

  const emulated = needsMark(options.emulated, key, issuer);
  const subject = parseSubject(options.subject);

  const signerSpec = keySpecOf(publicKeyOfSpki(key.spki));
  const tbs = await buildTbs({
    profile,
    subject: emulated ? markedSubject(subject) : subject,
    subjectSpki,
    issuer,
    signatureIdentifier: identifierFor(signatureAlgorithmFor('x509', signerSpec)),
    notBefore,
    notAfter,
    serial: checkedSerial(options.serial),
    pathLen,
    policies: emulated ? [...new Set([...policies, EMULATED_POLICY_OID])] : policies,
  });
  return preparedPkix(certificateKind, tbs, key.spki);
}

/** Certificates as a format: what takes a prepared one back and explains to-be-signed bytes. Preparing is {@link prepareCertificate}. */
export const certificateFormat: Pick<Format<Uint8Array>, 'id' | 'restore' | 'explain'> = {
  id: certificateKind.domain,
  restore: (json) => restorePkix(certificateKind, json),
  explain: (bytes) => explainPkix(certificateKind, bytes),
};
