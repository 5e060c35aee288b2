import {
  derBytes,
  derChildren,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  SignError,
  type SigningFacts,
  sanitizeText,
  scanDer,
} from '@securosys/core';
import type { InnerRequest } from './inner-request.js';
import type { Pkix } from './pkix.js';

/** Whether the bytes make a certificate that may issue others. */
export function isCaCertificate(facts: SigningFacts | undefined): boolean {
  const may = facts?.details?.mayIssueCertificates;
  return facts?.format === 'x509-certificate' && may !== undefined && may !== 'no';
}

function nameAsked(body: JsonObject): JsonValue | undefined {
  const { standardCertificateAttributes: attributes, commonName } = body;
  return isJsonObject(attributes) ? attributes.commonName : commonName;
}

/** Names that RFC 4514 writes without escapes, so that the text of the subject can be searched for them. */
const plain = /^[A-Za-z0-9](?:[A-Za-z0-9 .@_-]*[A-Za-z0-9])?$/;

/** SHA-256 of the public key in a PKCS#10 request, PEM; `undefined` when it holds none that can be read. */
function keyAsked(body: JsonObject, { csrFormat, pemBlocks }: Pkix): string | undefined {
  const what = 'certification request';
  try {
    const [block, more] = typeof body.certificateSigningRequest === 'string' ? pemBlocks(body.certificateSigningRequest) : [];
    if (!block || more) return undefined;
    const [info] = derChildren(block.bytes, scanDer(block.bytes, { what, maxDepth: 16, maxElements: 2_000 }), what);
    return info && csrFormat.explain(derBytes(block.bytes, info))?.details?.publicKeySha256;
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return undefined;
  }
}

/**
 * The request of a certificate against the bytes that were made for it (`tsb-rest-api.md` §2.7): who it is for, whose key is in it,
 * whether it is a CA. Everything else is in the facts, for people to read.
 */
export function certificateMismatches(
  { kind, body }: InnerRequest,
  facts: SigningFacts | undefined,
  keySpkiSha256: string,
  pkix: Pkix,
): string[] {
  if (kind.operation !== 'certificate' || !facts) return [];
  const out: string[] = [];
  const { subject = '', publicKeySha256, selfIssued } = facts.details ?? {};
  const name = nameAsked(body);
  if (typeof name === 'string' && plain.test(name) && !subject.split(',').includes(`CN=${sanitizeText(name)}`))
    out.push('the certificate is for another name than the request');
  if (publicKeySha256 !== (kind.certificate === 'issued' ? keyAsked(body, pkix) : keySpkiSha256))
    out.push('the certificate holds another public key than the request');
  if (kind.certificate !== 'request' && isCaCertificate(facts) !== (body.certificateAuthority === true))
    out.push(
      `the request ${body.certificateAuthority === true ? 'asks for a CA' : 'does not ask for a CA'}, the bytes say otherwise`,
    );
  if (kind.certificate === 'self-signed' && selfIssued !== 'yes')
    out.push('the certificate is issued by another name than its own');
  return out;
}
