import { type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { invalidArgument, ownBytes, spkiOf } from '@securosys/core';
import type { Certificate } from '@securosys/pki';

/** A certificate for one end of a TLS connection. */
export interface LeafOptions {
  readonly name: string;
  readonly key: KeyObject;
  readonly issuer: { readonly certificate: Certificate; readonly key: KeyObject };
  readonly purpose: 'server' | 'client';
  /** Host names and addresses; servers only. */
  readonly hosts: readonly string[];
  readonly validity: { readonly notBefore: number; readonly notAfter: number };
}

/**
 * `pki` writes certificates that sign images; here its body gets another purpose and names, and keeps the marks of the emulator.
 * @returns DER
 */
export async function issueLeaf({ name, key, issuer, purpose, hosts, validity }: LeafOptions): Promise<Uint8Array> {
  const [{ prepareCertificate }, { AsnConvert, OctetString }, x509] = await Promise.all([
    import('@securosys/pki'),
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
  ]);
  const prepared = await prepareCertificate({
    subject: `CN=${name},O=Never trust this,ST=Nowhere,C=CH`,
    key: { spki: spkiOf(issuer.key) },
    subjectKey: spkiOf(key),
    issuer,
    validity,
    profile: 'leaf',
    emulated: true,
  });
  const body = prepared.parts[0]?.input.message ?? invalidArgument('a certificate has one part');
  const tbs = AsnConvert.parse(body, x509.TBSCertificate);
  const extension = (extnID: string, value: object) =>
    new x509.Extension({ extnID, critical: false, extnValue: new OctetString(AsnConvert.serialize(value)) });
  const usage = purpose === 'server' ? x509.id_kp_serverAuth : x509.id_kp_clientAuth;
  const names = hosts.map((host) => new x509.GeneralName(isIP(host) ? { iPAddress: host } : { dNSName: host }));
  tbs.extensions = new x509.Extensions([
    ...(tbs.extensions ?? []).filter(({ extnID }) => extnID !== x509.id_ce_extKeyUsage),
    extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([usage])),
    ...(names.length > 0 ? [extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(names))] : []),
  ]);
  const signed = AsnConvert.serialize(tbs);
  const signature = ownBytes(sign('sha256', new Uint8Array(signed), issuer.key));
  const certificate = new x509.Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: tbs.signature,
    signatureValue: signature.buffer,
  });
  certificate.tbsCertificateRaw = signed;
  return ownBytes(new Uint8Array(AsnConvert.serialize(certificate)));
}
