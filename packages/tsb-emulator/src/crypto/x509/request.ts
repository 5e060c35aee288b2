import type * as X509 from '@peculiar/asn1-x509';
import { derBytes, derChildren, readDer, scanDer } from '@securosys/core';
import { pemBlocks } from '@securosys/pki';
import { failure } from '../../failure.js';
import { readPublicKey } from '../../keys/read-keys.js';
import { wireAlgorithm } from '../../keys/signature-algorithms.js';
import { typeOfKey } from '../../keys/type-of-key.js';
import { signatureHolds } from '../../keys/verify.js';
import { algorithmOfIdentifier } from './algorithm-identifier.js';
import type { Asn1 } from './asn1.js';

const extensionRequest = '1.2.840.113549.1.9.14';

/** DER of the `CertificationRequestInfo` (RFC 2986 §4.1). */
export function buildRequestInfo(
  { AsnConvert, x509, csr }: Asn1,
  subject: X509.Name,
  spki: Uint8Array,
  extensions: readonly X509.Extension[],
): Uint8Array<ArrayBuffer> {
  const asked = new x509.Attribute({
    type: extensionRequest,
    values: [AsnConvert.serialize(new x509.Extensions([...extensions]))],
  });
  const info = new csr.CertificationRequestInfo({
    version: 0,
    subject,
    subjectPKInfo: AsnConvert.parse(spki, x509.SubjectPublicKeyInfo),
    attributes: new csr.Attributes(extensions.length > 0 ? [asked] : []),
  });
  return new Uint8Array(AsnConvert.serialize(info));
}

/** Somebody's certification request, its own signature verified. */
export interface CertificationRequest {
  readonly subject: X509.Name;
  readonly spki: Uint8Array;
  readonly extensions: readonly X509.Extension[];
}

function derOfPem(pem: string): Uint8Array {
  try {
    const [block, ...others] = pemBlocks(pem);
    if (!block || others.length > 0 || !/^(NEW )?CERTIFICATE REQUEST$/.test(block.label)) throw new TypeError('another block');
    scanDer(block.bytes, { what: 'certification request', maxDepth: 16, maxElements: 2_000 });
    return block.bytes;
  } catch {
    throw failure(628, 'certificateSigningRequest is not one certification request in PEM');
  }
}

async function demandSigned(der: Uint8Array, spki: Uint8Array): Promise<void> {
  const [info, algorithm, signature] = derChildren(der, readDer(der, 0)).map((element) => derBytes(der, element));
  const name = algorithm && algorithmOfIdentifier(algorithm);
  const spec = typeOfKey(readPublicKey(spki));
  if (!info || !signature || !name || !spec)
    throw failure(411, 'the request is signed with an algorithm that the emulator does not have');
  const bits = readDer(signature, 0);
  const asked = {
    spec,
    spki,
    payload: info,
    signature: signature.subarray(bits.contents + 1),
    algorithm: wireAlgorithm(name, spec),
  };
  if (!(await signatureHolds(asked))) throw failure(411, 'the request is not signed by the key in it');
}

/** @throws SignError with the TSB error 628 for what is no request, 411 for one whose signature does not hold */
export async function readRequest({ AsnConvert, x509, csr }: Asn1, pem: string): Promise<CertificationRequest> {
  const der = derOfPem(pem);
  let request: InstanceType<typeof csr.CertificationRequest>;
  try {
    request = AsnConvert.parse(der, csr.CertificationRequest);
  } catch {
    throw failure(628, 'certificateSigningRequest is not one certification request in PEM');
  }
  const { subject, subjectPKInfo, attributes } = request.certificationRequestInfo;
  const spki = new Uint8Array(AsnConvert.serialize(subjectPKInfo));
  await demandSigned(der, spki);
  const [asked] = attributes.find(({ type }) => type === extensionRequest)?.values ?? [];
  return { subject, spki, extensions: asked ? [...AsnConvert.parse(asked, x509.Extensions)] : [] };
}
