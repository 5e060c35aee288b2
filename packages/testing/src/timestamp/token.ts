import { createHash, sign } from 'node:crypto';
import type * as Cms from '@peculiar/asn1-cms';
import type * as Schema from '@peculiar/asn1-schema';
import type * as TspLibrary from '@peculiar/asn1-tsp';
import type * as X509 from '@peculiar/asn1-x509';
import { concatBytes, derWrap, ownBytes } from '@securosys/core';
import type { TsaIdentity } from './identity.js';

/** What a token of the fake says (RFC 3161 §2.4.2). */
export interface FakeTstInfo {
  /** Dotted object identifier. */
  readonly policy: string;
  /** Dotted object identifier of the hash. */
  readonly hashOid: string;
  readonly imprint: Uint8Array;
  /** Contents of the serial number's INTEGER. */
  readonly serial: Uint8Array;
  /** Milliseconds since 1970. */
  readonly genTime: number;
  readonly accuracySeconds: number | undefined;
  /** Contents of the nonce's INTEGER. */
  readonly nonce: Uint8Array | undefined;
}

const oids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

const buffer = (bytes: Uint8Array): ArrayBuffer => ownBytes(bytes).buffer;
const sha256 = (bytes: Uint8Array): Uint8Array => ownBytes(createHash('sha256').update(bytes).digest());

/** The ASN.1 libraries that write a token. */
export interface Tsp {
  readonly schema: typeof Schema;
  readonly x509: typeof X509;
  readonly cms: typeof Cms;
  readonly tsp: typeof TspLibrary;
}

/** The ASN.1 libraries, which take tens of milliseconds to load. */
export async function loadTsp(): Promise<Tsp> {
  const [schema, x509, cms, tsp] = await Promise.all([
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
    import('@peculiar/asn1-cms'),
    import('@peculiar/asn1-tsp'),
  ]);
  return { schema, x509, cms, tsp };
}

function tstInfo({ schema, x509, tsp }: Tsp, info: FakeTstInfo): Uint8Array {
  const { hashOid, imprint, serial, genTime, accuracySeconds, nonce } = info;
  return new Uint8Array(
    schema.AsnConvert.serialize(
      new tsp.TSTInfo({
        version: tsp.TSTInfoVersion.v1,
        policy: info.policy,
        messageImprint: new tsp.MessageImprint({
          hashAlgorithm: new x509.AlgorithmIdentifier({ algorithm: hashOid, parameters: buffer(Uint8Array.of(5, 0)) }),
          hashedMessage: new schema.OctetString(buffer(imprint)),
        }),
        serialNumber: buffer(serial),
        genTime: new Date(genTime),
        ...(accuracySeconds !== undefined && { accuracy: new tsp.Accuracy({ seconds: accuracySeconds }) }),
        ...(nonce && { nonce: buffer(nonce) }),
      }),
    ),
  );
}

/** The three attributes that RFC 3161 §2.4.2 and RFC 5816 ask for, and what is signed of them: a SET in the order of DER. */
function signedAttributes({ schema, x509, cms }: Tsp, content: Uint8Array, leaf: Uint8Array, contentType: string) {
  const id = schema.AsnConvert.serialize(new x509.AlgorithmIdentifier({ algorithm: contentType }));
  // An AlgorithmIdentifier without parameters is a SEQUENCE of the identifier alone.
  const typeDer = new Uint8Array(id).subarray(2);
  const value = (type: string, der: Uint8Array) => new cms.Attribute({ attrType: type, attrValues: [buffer(der)] });
  const certificateId = derWrap(0x30, derWrap(0x30, derWrap(0x30, derWrap(0x04, sha256(leaf)))));
  const sorted = [
    value(oids.contentType, typeDer),
    value(oids.messageDigest, derWrap(0x04, sha256(content))),
    value(oids.signingCertificateV2, certificateId),
  ]
    .map((attribute) => ({ attribute, der: new Uint8Array(schema.AsnConvert.serialize(attribute)) }))
    .sort((a, b) => Buffer.compare(a.der, b.der));
  return {
    attributes: sorted.map(({ attribute }) => attribute),
    set: derWrap(0x31, concatBytes(...sorted.map(({ der }) => der))),
  };
}

/**
 * Signs a token.
 * @param certificates that it holds, DER
 * @returns ContentInfo, DER
 */
export async function fakeToken(
  info: FakeTstInfo,
  { privateKey, chain }: TsaIdentity,
  certificates: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const libraries = await loadTsp();
  const { schema, x509, cms, tsp } = libraries;
  const [leaf] = chain;
  if (!leaf) throw new Error('an authority needs a certificate');
  const { issuer, serialNumber } = schema.AsnConvert.parse(leaf, x509.Certificate).tbsCertificate;
  const content = tstInfo(libraries, info);
  const { attributes, set } = signedAttributes(libraries, content, leaf, tsp.id_ct_tstInfo);
  const digestAlgorithm = new cms.DigestAlgorithmIdentifier({ algorithm: oids.sha256 });
  const signer = new cms.SignerInfo({
    version: cms.CMSVersion.v1,
    sid: new cms.SignerIdentifier({ issuerAndSerialNumber: new cms.IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm,
    signedAttrs: attributes,
    signatureAlgorithm: new cms.SignatureAlgorithmIdentifier({ algorithm: oids.ecdsaWithSha256 }),
    signature: new schema.OctetString(buffer(sign('sha256', set, privateKey))),
  });
  const choices = certificates.map(
    (der) => new cms.CertificateChoices({ certificate: schema.AsnConvert.parse(der, x509.Certificate) }),
  );
  const data = new cms.SignedData({
    version: cms.CMSVersion.v3,
    digestAlgorithms: new cms.DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new cms.EncapsulatedContentInfo({
      eContentType: tsp.id_ct_tstInfo,
      eContent: new cms.EncapsulatedContent({ single: new schema.OctetString(buffer(content)) }),
    }),
    certificates: new cms.CertificateSet(choices),
    signerInfos: new cms.SignerInfos([signer]),
  });
  const token = new cms.ContentInfo({ contentType: oids.signedData, content: schema.AsnConvert.serialize(data) });
  return ownBytes(new Uint8Array(schema.AsnConvert.serialize(token)));
}
