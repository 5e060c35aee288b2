import { equalBytes, hashBytes, type TimestampHash } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { DerReader, malformed, tags } from '../reader.js';
import { hashIdentifier, hashOfOid } from './hashes.js';
import { reading, refuse } from './reasons.js';
import { type IssuerSerial, serialText, type TimestampSigner } from './signer-info.js';
import type { TimestampToken } from './token.js';

const signingCertificateV2 = '1.2.840.113549.1.9.16.2.47';
/** `directoryName`, the only form of a general name that names an issuer. */
const directoryName = 0xa4;

interface CertificateReference {
  readonly hash: TimestampHash;
  readonly certHash: Uint8Array;
  readonly issuerSerial: IssuerSerial | undefined;
}

/** `IssuerSerial { issuer GeneralNames, serialNumber }` (RFC 5035 §5). */
function issuerSerialOf(reader: DerReader): IssuerSerial {
  const names = reader.enter(tags.sequence, 'issuer');
  const name = names.enter(directoryName);
  names.end();
  const issuerDer = name.whole(name.take(tags.sequence));
  name.end();
  const serial = serialText(reader);
  reader.end();
  return { issuerDer, serial };
}

/** The first `ESSCertIDv2` of the attribute (RFC 5035 §4): the certificate that signed; those behind it are of its chain. */
function firstReference(value: Uint8Array): CertificateReference {
  const attribute = DerReader.over(value, tags.sequence, 'SigningCertificateV2');
  const certs = attribute.enter(tags.sequence);
  attribute.optional(tags.sequence);
  attribute.end();
  if (!certs.more) malformed('SigningCertificateV2 names no certificate');
  const first = certs.enter(tags.sequence, 'ESSCertIDv2');
  const algorithm = first.optional(tags.sequence);
  // DEFAULT { algorithm id-sha256 }
  const hash = algorithm ? hashOfOid(hashIdentifier(first.inside(algorithm, 'hash algorithm'))) : 'sha256';
  const certHash = first.contents(first.take(tags.octetString));
  const named = first.optional(tags.sequence);
  first.end();
  if (!hash) refuse('signing-certificate-hash');
  return { hash, certHash, issuerSerial: named && issuerSerialOf(first.inside(named, 'IssuerSerial')) };
}

function is({ issuerDer, serial }: Certificate, ref: IssuerSerial): boolean {
  return serial === ref.serial && equalBytes(issuerDer, ref.issuerDer);
}

/**
 * The certificate that signed (`notation.md` §9.2 steps 3 and 4): the one in the token whose hash the signed attribute SigningCertificateV2
 * has. Anybody can put more certificates into a token, in any order and with any names, so a name or a place finds nobody (CVE-2026-39984):
 * issuer and serial number, signed and unsigned ones, only have to agree with what the hash found.
 * @throws SignError
 */
export function signingCertificate(token: TimestampToken, signer: TimestampSigner): Certificate {
  const value = signer.attributes.get(signingCertificateV2);
  if (!value) refuse('signing-certificate-missing');
  const { hash, certHash, issuerSerial } = reading('token-malformed', 'token-limit', () => firstReference(value));
  const found = token.certificates.find(({ der }) => equalBytes(hashBytes(hash, der), certHash));
  const references = [issuerSerial, signer.sid].filter((ref) => ref !== undefined);
  if (found && references.every((ref) => is(found, ref))) return found;
  const named = token.certificates.some((certificate) => references.some((ref) => is(certificate, ref)));
  return refuse(found || named ? 'signing-certificate-mismatch' : 'signing-certificate-absent');
}
