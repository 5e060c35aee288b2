import { concatBytes, derWrap, encryptTo, hexBytes, nodeCrypto, ownBytes } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { contentKeyBytes, nonceBytes, oids, tagBytes } from './constants.js';

async function loadAsn1() {
  const [{ AsnConvert, OctetString }, cms, { Name }] = await Promise.all([
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-cms'),
    import('@peculiar/asn1-x509'),
  ]);
  return { AsnConvert, OctetString, cms, Name };
}

type Asn1 = Awaited<ReturnType<typeof loadAsn1>>;

/** One level deeper than RFC 5084 has it, which is how ocicrypt reads it; its own missing constructed bit it does not ask for. */
function gcmParameters(nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const inner = concatBytes(derWrap(0x84, nonce), derWrap(0x02, Uint8Array.of(tagBytes)));
  return derWrap(0x30, derWrap(0x30, inner));
}

/** Serial numbers are signed: a leading one bit needs an octet before it. */
function serialNumber({ serial }: Certificate): ArrayBuffer {
  const bytes = hexBytes(serial, 'serial number');
  return ((bytes[0] ?? 0) & 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes).buffer;
}

function recipientInfo({ AsnConvert, OctetString, cms, Name }: Asn1, certificate: Certificate, key: Uint8Array) {
  return new cms.RecipientInfo({
    ktri: new cms.KeyTransRecipientInfo({
      version: cms.CMSVersion.v0,
      rid: new cms.RecipientIdentifier({
        issuerAndSerialNumber: new cms.IssuerAndSerialNumber({
          issuer: AsnConvert.parse(certificate.issuerDer, Name),
          serialNumber: serialNumber(certificate),
        }),
      }),
      keyEncryptionAlgorithm: new cms.KeyEncryptionAlgorithmIdentifier({ algorithm: oids.rsaEncryption }),
      encryptedKey: new OctetString(encryptTo(certificate.publicKey, 'rsa-pkcs1', key)),
    }),
  });
}

/** EnvelopedData as ocicrypt reads it (`ocicrypt.md` §9.2): PKCS#1 v1.5, AES-128-GCM, one recipient for each certificate. */
export async function writePkcs7(plaintext: Uint8Array, certificates: readonly Certificate[]): Promise<Uint8Array<ArrayBuffer>> {
  const asn1 = await loadAsn1();
  const { AsnConvert, OctetString, cms } = asn1;
  const { createCipheriv, randomBytes } = nodeCrypto();
  const key = ownBytes(randomBytes(contentKeyBytes));
  const nonce = ownBytes(randomBytes(nonceBytes));
  const cipher = createCipheriv('aes-128-gcm', key, nonce, { authTagLength: tagBytes });
  const ciphertext = concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  const enveloped = new cms.EnvelopedData({
    version: cms.CMSVersion.v0,
    recipientInfos: new cms.RecipientInfos(certificates.map((certificate) => recipientInfo(asn1, certificate, key))),
    encryptedContentInfo: new cms.EncryptedContentInfo({
      contentType: oids.data,
      contentEncryptionAlgorithm: new cms.ContentEncryptionAlgorithmIdentifier({
        algorithm: oids.aes128Gcm,
        parameters: gcmParameters(nonce).buffer,
      }),
      encryptedContent: new cms.EncryptedContent({ value: new OctetString(ciphertext) }),
    }),
  });
  key.fill(0);
  const info = new cms.ContentInfo({ contentType: oids.envelopedData, content: AsnConvert.serialize(enveloped) });
  return ownBytes(new Uint8Array(AsnConvert.serialize(info)));
}
