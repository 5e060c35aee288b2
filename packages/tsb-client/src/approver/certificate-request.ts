import { derBytes, derChildren, type JsonObject, SignError, type SigningFacts, scanDer } from '@securosys/core';
import type { CertificateHolder } from '@securosys/pki';
import { nameMismatches } from './certificate-names.js';
import type { TaskParts } from './compare.js';
import type { Pkix } from './pkix.js';

/** Whether the bytes make a certificate that may issue others, or ask for one. */
export function isCaCertificate(facts: SigningFacts | undefined): boolean {
  const may = facts?.details?.mayIssueCertificates;
  return (facts?.format === 'x509-certificate' || facts?.format === 'x509-request') && may !== undefined && may !== 'no';
}

/** Who the PKCS#10 request in a body is for, PEM; `undefined` when it holds none that can be read. */
function signingRequest(body: JsonObject, { requestHolder, pemBlocks }: Pkix): CertificateHolder | undefined {
  const what = 'certification request';
  try {
    const [block, more] = typeof body.certificateSigningRequest === 'string' ? pemBlocks(body.certificateSigningRequest) : [];
    if (!block || more) return undefined;
    const [info] = derChildren(block.bytes, scanDer(block.bytes, { what, maxDepth: 16, maxElements: 2_000 }), what);
    return info && requestHolder(derBytes(block.bytes, info));
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return undefined;
  }
}

/**
 * The request of a certificate against the bytes that were made for it (`tsb-rest-api.md` §2.7): who it is for by all of its names, whose
 * key is in it, whether it is a CA. Everything else is in the facts, for people to read.
 */
export function certificateMismatches(
  { challenge, inner: { kind, body }, key, facts }: Pick<TaskParts, 'challenge' | 'inner' | 'key' | 'facts'>,
  pkix: Pkix,
): string[] {
  if (kind.operation !== 'certificate' || !facts || !challenge.payload) return [];
  const { bytes } = challenge.payload;
  const found = kind.certificate === 'request' ? pkix.requestHolder(bytes) : pkix.certificateHolder(bytes);
  const request = kind.certificate === 'issued' ? signingRequest(body, pkix) : undefined;
  const out = nameMismatches(body, found, request, pkix);
  if (found.publicKeySha256 !== (kind.certificate === 'issued' ? request?.publicKeySha256 : key.spkiSha256))
    out.push('the certificate holds another public key than the request');
  if (kind.certificate !== 'request' && isCaCertificate(facts) !== (body.certificateAuthority === true))
    out.push(
      `the request ${body.certificateAuthority === true ? 'asks for a CA' : 'does not ask for a CA'}, the bytes say otherwise`,
    );
  if (kind.certificate === 'self-signed' && facts.details?.selfIssued !== 'yes')
    out.push('the certificate is issued by another name than its own');
  return out;
}
