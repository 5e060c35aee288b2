import type * as Asn1X509 from '@peculiar/asn1-x509';
import { equalBytes, hashBytes, hexBytes, invalidArgument, nodeCrypto } from '@securosys/core';
import type { Certificate } from './certificate.js';
import { certificateOfTbs } from './certificate-facts.js';
import { extendedKeyUsages } from './chain-rules.js';
import type { SubjectAttribute } from './subject.js';

/** What the key of a certificate may do: sign images, issue certificates, or sign timestamps. */
export type CertificateProfile = 'leaf' | 'ca' | 'timestamping';

export interface TbsSetup {
  readonly profile: CertificateProfile;
  readonly subject: readonly SubjectAttribute[];
  /** SubjectPublicKeyInfo, DER. */
  readonly subjectSpki: Uint8Array;
  readonly issuer: Certificate | undefined;
  /** `AlgorithmIdentifier`, DER. */
  readonly signatureIdentifier: Uint8Array;
  /** Milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly serial: string | undefined;
  readonly pathLen: number | undefined;
  readonly policies: readonly string[];
}

/** The ASN.1 libraries take tens of milliseconds to load, so only who builds pays for them. */
export async function loadAsn1() {
  const [schema, x509] = await Promise.all([import('@peculiar/asn1-schema'), import('@peculiar/asn1-x509')]);
  return { AsnConvert: schema.AsnConvert, OctetString: schema.OctetString, x509 };
}
export type Asn1 = Awaited<ReturnType<typeof loadAsn1>>;

/** PrintableString where RFC 5280 appendix A.1 demands it, UTF8String elsewhere. */
export function asn1Name({ x509 }: Asn1, subject: readonly SubjectAttribute[]): Asn1X509.Name {
  const printable = new Set(['2.5.4.6', '2.5.4.5']);
  return new x509.Name(
    subject.map(({ oid, value }) => {
      const text = new x509.AttributeValue(printable.has(oid) ? { printableString: value } : { utf8String: value });
      return new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type: oid, value: text })]);
    }),
  );
}

/** First 160 bits of SHA-256 over the public key bits (RFC 7093 §2 method 1). */
function keyIdentifier({ AsnConvert, x509 }: Asn1, spki: Uint8Array): Uint8Array {
  const bits = AsnConvert.parse(spki, x509.SubjectPublicKeyInfo).subjectPublicKey;
  return hashBytes('sha256', new Uint8Array(bits)).slice(0, 20);
}

/** The identifier that the issuer's certificate gives its own key: path builders compare the two. */
function issuerKeyIdentifier({ AsnConvert, x509 }: Asn1, issuer: Certificate): Uint8Array | undefined {
  const { extensions } = AsnConvert.parse(issuer.der, x509.Certificate).tbsCertificate;
  const found = extensions?.find(({ extnID }) => extnID === x509.id_ce_subjectKeyIdentifier);
  return found && new Uint8Array(AsnConvert.parse(found.extnValue.buffer, x509.SubjectKeyIdentifier).buffer);
}

function extensionsFor(asn1: Asn1, setup: TbsSetup): Asn1X509.Extensions {
  const { AsnConvert, OctetString, x509 } = asn1;
  const { profile, issuer, pathLen, policies } = setup;
  const out = new x509.Extensions();
  const add = (extnID: string, critical: boolean, value: object) =>
    out.push(new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) }));
  const flags = x509.KeyUsageFlags;
  if (profile === 'ca')
    add(
      x509.id_ce_basicConstraints,
      true,
      new x509.BasicConstraints({ cA: true, ...(pathLen !== undefined && { pathLenConstraint: pathLen }) }),
    );
  add(
    x509.id_ce_keyUsage,
    true,
    new x509.KeyUsage(profile === 'ca' ? flags.keyCertSign | flags.cRLSign : flags.digitalSignature),
  );
  if (profile === 'leaf') add(x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage([extendedKeyUsages.codeSigning]));
  if (profile === 'timestamping') add(x509.id_ce_extKeyUsage, true, new x509.ExtendedKeyUsage([extendedKeyUsages.timeStamping]));
  if (policies.length > 0) {
    const information = policies.map((policyIdentifier) => new x509.PolicyInformation({ policyIdentifier }));
    add(x509.id_ce_certificatePolicies, false, new x509.CertificatePolicies(information));
  }
  add(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(keyIdentifier(asn1, setup.subjectSpki)));
  const authority = issuer && issuerKeyIdentifier(asn1, issuer);
  if (authority) {
    const keyIdentifier = new x509.KeyIdentifier(authority);
    add(x509.id_ce_authorityKeyIdentifier, false, new x509.AuthorityKeyIdentifier({ keyIdentifier }));
  }
  return out;
}

/** 159 random bits: unpredictable, positive, inside the 20 octets of RFC 5280 §4.1.2.2 and never zero. */
function randomSerial(): Uint8Array {
  const bytes = Uint8Array.from(nodeCrypto().randomBytes(20));
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return bytes;
}

/** A fresh `ArrayBuffer` with these bytes, as the ASN.1 library wants them. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** DER of the `TBSCertificate`, checked to say what was asked for. */
export async function buildTbs(setup: TbsSetup): Promise<Uint8Array> {
  const asn1 = await loadAsn1();
  const { AsnConvert, x509 } = asn1;
  const subject = asn1Name(asn1, setup.subject);
  const tbs = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: buffer(setup.serial === undefined ? randomSerial() : hexBytes(setup.serial, 'serial')),
    signature: AsnConvert.parse(setup.signatureIdentifier, x509.AlgorithmIdentifier),
    issuer: setup.issuer ? AsnConvert.parse(setup.issuer.subjectDer, x509.Name) : subject,
    validity: new x509.Validity({ notBefore: new Date(setup.notBefore), notAfter: new Date(setup.notAfter) }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(setup.subjectSpki, x509.SubjectPublicKeyInfo),
    extensions: extensionsFor(asn1, setup),
  });
  const bytes = new Uint8Array(AsnConvert.serialize(tbs));
  const back = certificateOfTbs(bytes);
  if (!equalBytes(back.spki, setup.subjectSpki))
    invalidArgument('the subject key is not encoded as this library would encode it');
  if (setup.issuer && !equalBytes(back.issuerDer, setup.issuer.subjectDer))
    invalidArgument("the issuer's name is not encoded as this library would encode it");
  return bytes;
}
