import { isIP } from 'node:net';
import type * as X509 from '@peculiar/asn1-x509';
import { EMULATED_POLICY_OID } from '@securosys/pki';
import type { SignCertificateRequest } from '@securosys/tsb-client/api';
import { failure } from '../../failure.js';
import { type Asn1, buffer } from './asn1.js';

/** What a body says about the use of a certificate. */
export interface AskedUse {
  readonly keyUsage?: readonly string[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly subjectAlternativeNames?: SignCertificateRequest['subjectAlternativeNames'];
}

const purposes: Readonly<Record<string, string>> = {
  ANY_EXTENDED_KEY_USAGE: '2.5.29.37.0',
  SERVER_AUTH: '1.3.6.1.5.5.7.3.1',
  CLIENT_AUTH: '1.3.6.1.5.5.7.3.2',
  CODE_SIGNING: '1.3.6.1.5.5.7.3.3',
  EMAIL_PROTECTION: '1.3.6.1.5.5.7.3.4',
  TIME_STAMPING: '1.3.6.1.5.5.7.3.8',
  OCSP_SIGNING: '1.3.6.1.5.5.7.3.9',
};

/** One extension. */
export function extension(asn1: Asn1, extnID: string, critical: boolean, value: object): X509.Extension {
  const extnValue = new asn1.OctetString(asn1.AsnConvert.serialize(value));
  return new asn1.x509.Extension({ extnID, critical, extnValue });
}

function keyUsageBits({ x509 }: Asn1, names: readonly string[]): X509.KeyUsage {
  const flags = x509.KeyUsageFlags;
  const bits: Readonly<Record<string, number>> = {
    DIGITAL_SIGNATURE: flags.digitalSignature,
    CONTENT_COMMITMENT: flags.nonRepudiation,
    KEY_ENCIPHERMENT: flags.keyEncipherment,
    DATA_ENCIPHERMENT: flags.dataEncipherment,
    KEY_AGREEMENT: flags.keyAgreement,
    KEY_CERT_SIGN: flags.keyCertSign,
    CRL_SIGN: flags.cRLSign,
    ENCIPHER_ONLY: flags.encipherOnly,
    DECIPHER_ONLY: flags.decipherOnly,
  };
  return new x509.KeyUsage(names.reduce((all, name) => all | (bits[name] ?? 0), 0));
}

/** Sixteen octets of an IPv6 address or four of an IPv4 one, as text, which the library encodes. */
function alternativeName({ x509 }: Asn1, { sanType, sanValue }: { sanType: string; sanValue: string }): X509.GeneralName {
  if (!/^[\x21-\x7e]{1,2048}$/.test(sanValue)) throw failure(600, 'a subject alternative name is ASCII without spaces');
  if (sanType === 'DNS') return new x509.GeneralName({ dNSName: sanValue });
  if (sanType === 'URI') return new x509.GeneralName({ uniformResourceIdentifier: sanValue });
  if (sanType === 'EMAIL') return new x509.GeneralName({ rfc822Name: sanValue });
  if (sanType === 'IP' && isIP(sanValue)) return new x509.GeneralName({ iPAddress: sanValue });
  if (sanType === 'IP') throw failure(600, 'a subject alternative name is no IP address');
  throw failure(101, 'the emulator does not know how a TSB spells other names');
}

/** What the owner of a key asks for; in a signing request, or in a certificate. Key usage is critical since 1.16.1 (§2.7). */
export function useExtensions(asn1: Asn1, { keyUsage, extendedKeyUsage, subjectAlternativeNames }: AskedUse): X509.Extension[] {
  const { x509 } = asn1;
  const out: X509.Extension[] = [];
  if (keyUsage?.length) out.push(extension(asn1, x509.id_ce_keyUsage, true, keyUsageBits(asn1, keyUsage)));
  if (extendedKeyUsage?.length) {
    const usages = new x509.ExtendedKeyUsage(extendedKeyUsage.map((name) => purposes[name] ?? ''));
    out.push(extension(asn1, x509.id_ce_extKeyUsage, false, usages));
  }
  if (subjectAlternativeNames?.length) {
    const names = new x509.SubjectAlternativeName(subjectAlternativeNames.map((name) => alternativeName(asn1, name)));
    out.push(extension(asn1, x509.id_ce_subjectAltName, false, names));
  }
  return out;
}

/** What every certificate of the emulator says: whether it is a CA's, and the mark (threat model S34). */
export function issuerExtensions(asn1: Asn1, certificateAuthority: boolean): X509.Extension[] {
  const { x509 } = asn1;
  const policy = new x509.PolicyInformation({ policyIdentifier: EMULATED_POLICY_OID });
  return [
    ...(certificateAuthority
      ? [extension(asn1, x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: true }))]
      : []),
    extension(asn1, x509.id_ce_certificatePolicies, false, new x509.CertificatePolicies([policy])),
  ];
}

/** Identifiers of the subject's and of the issuer's key. */
export function keyIdentifiers(asn1: Asn1, subject: Uint8Array, issuer: Uint8Array): X509.Extension[] {
  const { x509 } = asn1;
  const authority = new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(buffer(issuer)) });
  return [
    extension(asn1, x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(buffer(subject))),
    extension(asn1, x509.id_ce_authorityKeyIdentifier, false, authority),
  ];
}
