import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { ownBytes, spkiOf } from '@securosys/core';
import type { CertificateAuthority } from '../certificate-authority.js';
import { octets, oid, sequence, setOf } from '../crypto/der-writer.js';
import { type Asn1, buffer, loadAsn1 } from '../crypto/x509/asn1.js';
import { timestampPolicy } from '../inferred.js';
import type { Material } from '../store/material.js';

/** Makes RFC 3161 tokens with a key of the partition, certified by its emulated CA. */
export interface TimestampAuthority {
  /**
   * A token over the SHA-256 digest of the payload.
   * @param seconds since 1970
   * @returns DER of the `ContentInfo`
   */
  stamp(payload: Uint8Array, seconds: number): Promise<Uint8Array>;
}

const ids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** The three attributes that RFC 3161 §2.4.2 and RFC 5816 ask for, in the order of DER's sets. */
function signedAttributes(contentType: string, content: Uint8Array, certificate: Uint8Array): Uint8Array[] {
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf(value));
  const certificateId = sequence(octets(sha256(certificate)));
  return [
    attribute(ids.contentType, oid(contentType)),
    attribute(ids.messageDigest, octets(sha256(content))),
    attribute(ids.signingCertificateV2, sequence(sequence(certificateId))),
  ].sort((a, b) => Buffer.compare(a, b));
}

async function tokenInfo({ AsnConvert, OctetString, x509 }: Asn1, payload: Uint8Array, seconds: number) {
  const { Accuracy, MessageImprint, TSTInfo, TSTInfoVersion, id_ct_tstInfo } = await import('@peculiar/asn1-tsp');
  const info = new TSTInfo({
    version: TSTInfoVersion.v1,
    policy: timestampPolicy,
    messageImprint: new MessageImprint({
      hashAlgorithm: new x509.AlgorithmIdentifier({ algorithm: ids.sha256 }),
      hashedMessage: new OctetString(buffer(sha256(payload))),
    }),
    serialNumber: buffer(Uint8Array.from(randomBytes(16), (byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte))),
    genTime: new Date(seconds * 1000),
    accuracy: new Accuracy({ seconds: 1 }),
  });
  return { contentType: id_ct_tstInfo, content: new Uint8Array(AsnConvert.serialize(info)) };
}

async function token(asn1: Asn1, key: KeyObject, chain: readonly Uint8Array[], payload: Uint8Array, seconds: number) {
  const { AsnConvert, OctetString, x509 } = asn1;
  const cms = await import('@peculiar/asn1-cms');
  const { contentType, content } = await tokenInfo(asn1, payload, seconds);
  const certificates = chain.map((der) => AsnConvert.parse(der, x509.Certificate));
  const [own] = certificates;
  const attributes = signedAttributes(contentType, content, chain[0] as Uint8Array);
  const digestAlgorithm = new cms.DigestAlgorithmIdentifier({ algorithm: ids.sha256 });
  const signer = new cms.SignerInfo({
    version: cms.CMSVersion.v1,
    sid: new cms.SignerIdentifier({
      issuerAndSerialNumber: new cms.IssuerAndSerialNumber({
        issuer: own?.tbsCertificate.issuer as never,
        serialNumber: own?.tbsCertificate.serialNumber as ArrayBuffer,
      }),
    }),
    digestAlgorithm,
    signedAttrs: attributes.map((der) => AsnConvert.parse(der, cms.Attribute)),
    signatureAlgorithm: new cms.SignatureAlgorithmIdentifier({ algorithm: ids.ecdsaWithSha256 }),
    signature: new OctetString(buffer(sign('sha256', setOf(...attributes), key))),
  });
  const signed = new cms.SignedData({
    version: cms.CMSVersion.v3,
    digestAlgorithms: new cms.DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new cms.EncapsulatedContentInfo({
      eContentType: contentType,
      eContent: new cms.EncapsulatedContent({ single: new OctetString(buffer(content)) }),
    }),
    certificates: new cms.CertificateSet(certificates.map((certificate) => new cms.CertificateChoices({ certificate }))),
    signerInfos: new cms.SignerInfos([signer]),
  });
  const info = new cms.ContentInfo({ contentType: ids.signedData, content: AsnConvert.serialize(signed) });
  return ownBytes(new Uint8Array(AsnConvert.serialize(info)));
}

/** Nothing is made before the first token. */
export function createTimestampAuthority(ca: CertificateAuthority, material: Material): TimestampAuthority {
  const name = 'RFC 3161 key';
  const certified = async (key: KeyObject): Promise<Uint8Array[]> => {
    const known = material.read('RFC 3161 certificate');
    const subject = 'CN=Emulated timestamp authority,O=Never trust this,ST=Nowhere,C=CH';
    const issued = known ?? (await ca.issue({ spki: spkiOf(key), subject, profile: 'timestamping', validDays: 3650 }));
    if (!known) material.keep('RFC 3161 certificate', issued);
    return [issued, await ca.root()];
  };
  return {
    async stamp(payload, seconds) {
      const key = material.key(name, () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
      return token(await loadAsn1(), key, await certified(key), payload, seconds);
    },
  };
}
