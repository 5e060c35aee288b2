import type * as X509 from '@peculiar/asn1-x509';
import { equalBytes } from '@securosys/core';
import type {
  CsrRequest,
  SelfSignRequest,
  SignCertificateRequest,
  StandardCertificateAttributes,
} from '@securosys/tsb-client/api';
import { algorithmIdentifier } from '../crypto/x509/algorithm-identifier.js';
import { type Asn1, loadAsn1 } from '../crypto/x509/asn1.js';
import { issuerExtensions, useExtensions } from '../crypto/x509/extensions.js';
import { buildRequestInfo, type CertificationRequest, readRequest } from '../crypto/x509/request.js';
import { markedName, subjectName } from '../crypto/x509/subject.js';
import { buildTbs } from '../crypto/x509/tbs-certificate.js';
import type { CertifyInput, CsrInput, SignCertificateInput } from '../executors/certify.js';
import { failure } from '../failure.js';
import { defaultCertificateDays, errorOfForeignCertificate } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import { hsmSeconds, type Partition } from '../partition.js';

/** What the synchronous and the asynchronous form have in common: the latter takes every algorithm (`tsb-rest-api.md` §2.7). */
type Body<T> = Omit<T, 'signatureAlgorithm' | 'signKeyName' | 'keyPassword'> & { readonly signatureAlgorithm: string };
export type CsrBody = Body<CsrRequest>;
export type SelfSignBody = Body<SelfSignRequest>;
export type SignCertificateBody = Body<SignCertificateRequest>;

/** What the signing key adds: the identifier of the algorithm, and itself. @throws SignError with the TSB error 501, 607 */
function signing(key: KeyRecord, algorithm: string): { algorithm: Uint8Array; spki: Uint8Array } {
  wireAlgorithm(algorithm, key.spec);
  // Secret keys have no signature algorithm: the line before refused them.
  return { algorithm: algorithmIdentifier(algorithm, key.spec), spki: key.spki ?? new Uint8Array(0) };
}

/** Either generation of the body (§8, 4). */
function askedSubject(body: SelfSignBody | SignCertificateBody): StandardCertificateAttributes | undefined {
  const { standardCertificateAttributes, commonName } = body;
  return standardCertificateAttributes ?? (commonName === undefined ? undefined : { commonName });
}

function selfSigned(
  asn1: Asn1,
  partition: Partition,
  key: KeyRecord,
  body: Pick<SelfSignBody, 'signatureAlgorithm' | 'keyUsage' | 'extendedKeyUsage'>,
  asked: { readonly subject: StandardCertificateAttributes; readonly days: number; readonly authority: boolean },
): Uint8Array<ArrayBuffer> {
  const { algorithm, spki } = signing(key, body.signatureAlgorithm);
  const subject = subjectName(asn1, asked.subject);
  const extensions = [...useExtensions(asn1, body), ...issuerExtensions(asn1, asked.authority)];
  const notBefore = hsmSeconds(partition);
  return buildTbs(asn1, { subject, spki, issuer: subject, issuerSpki: spki, algorithm, notBefore, days: asked.days, extensions });
}

/** A plain key gets a self-signed certificate with its request, unless it has one. */
export async function csrInput(partition: Partition, key: KeyRecord, body: CsrBody): Promise<CsrInput> {
  const asn1 = await loadAsn1();
  const { standardCertificateAttributes: subject, signatureAlgorithm: algorithm, validity = defaultCertificateDays } = body;
  const { spki } = signing(key, algorithm);
  const info = buildRequestInfo(asn1, subjectName(asn1, subject), spki, useExtensions(asn1, body));
  const alone = !key.rules && !key.certificate && !key.master;
  const asked = { subject, days: validity, authority: false };
  return { tbs: info, algorithm, ...(alone && { certificate: selfSigned(asn1, partition, key, body, asked) }) };
}

export async function selfSignInput(partition: Partition, key: KeyRecord, body: SelfSignBody): Promise<CertifyInput> {
  const asn1 = await loadAsn1();
  const subject = askedSubject(body);
  if (!subject) throw failure(600, 'standardCertificateAttributes or commonName is needed');
  const asked = { subject, days: body.validity, authority: body.certificateAuthority };
  return { tbs: selfSigned(asn1, partition, key, body, asked), algorithm: body.signatureAlgorithm };
}

/** Extensions of the request that nothing else in the certificate says. */
function copied(body: SignCertificateBody, own: readonly X509.Extension[], request: CertificationRequest): X509.Extension[] {
  if (body.copyExtensions !== 'COPY') return [];
  const reserved = new Set([...own.map(({ extnID }) => extnID), '2.5.29.19', '2.5.29.32', '2.5.29.14', '2.5.29.35']);
  return request.extensions.filter(({ extnID }) => !reserved.has(extnID));
}

/** The label of the key that is to hold the certificate, if one is named. @throws SignError with the TSB error 650, 402 */
function holderOf(partition: Partition, { keyName }: SignCertificateBody, spki: Uint8Array): { holder?: string } {
  if (keyName === undefined) return {};
  const holder = partition.keys.held(keyName);
  if (!holder.spki || !equalBytes(holder.spki, spki))
    throw failure(errorOfForeignCertificate, 'the request is not for the key of that name');
  return { holder: keyName };
}

export async function signCertificateInput(
  partition: Partition,
  key: KeyRecord,
  body: SignCertificateBody,
): Promise<SignCertificateInput> {
  const asn1 = await loadAsn1();
  const { algorithm, spki: issuerSpki } = signing(key, body.signatureAlgorithm);
  if (!key.certificate) throw failure(402, 'the signing key has no certificate of its own');
  const issuer = asn1.AsnConvert.parse(key.certificate, asn1.x509.Certificate).tbsCertificate;
  const request = await readRequest(asn1, body.certificateSigningRequest);
  const asked = askedSubject(body);
  const own = [...useExtensions(asn1, body), ...issuerExtensions(asn1, body.certificateAuthority)];
  const named = issuer.extensions?.find(({ extnID }) => extnID === asn1.x509.id_ce_subjectKeyIdentifier);
  const id = named && asn1.AsnConvert.parse(named.extnValue.buffer, asn1.x509.SubjectKeyIdentifier).buffer;
  const certificate = buildTbs(asn1, {
    subject: asked ? subjectName(asn1, asked) : markedName(asn1, request.subject),
    spki: request.spki,
    issuer: issuer.subject,
    issuerSpki,
    issuerKeyId: id && new Uint8Array(id),
    algorithm,
    notBefore: hsmSeconds(partition),
    days: body.validity ?? defaultCertificateDays,
    extensions: [...own, ...copied(body, own, request)],
  });
  return { tbs: certificate, algorithm: body.signatureAlgorithm, ...holderOf(partition, body, request.spki) };
}
