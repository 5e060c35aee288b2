import { hexText, type SignatureAlgorithm, scanDer } from '@securosys/core';
import { type CertificateExtension, readExtensions } from '../extensions.js';
import { DerReader, malformed, tags } from '../reader.js';
import { algorithmOfIdentifier } from '../signature-algorithms.js';
import { generalizedTimeOf } from '../times.js';
import { faultError, reading } from './fault.js';
import { reasonOf } from './reasons.js';

/** Largest OCSP response that is looked at, in bytes (`notation.md` §1). */
export const maxOcspBytes = 20_480;
const maxSingle = 64;
const maxCertificates = 8;
const basicResponse = '1.3.6.1.5.5.7.48.1.1';

/** One `SingleResponse` (RFC 6960 §4.2.1). Times in milliseconds since 1970. */
export interface SingleResponse {
  /** Over the elements of the `CertID`. */
  readonly certId: DerReader;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly revokedAt?: number;
  readonly reason?: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly extensions: readonly CertificateExtension[];
}

/** A `BasicOCSPResponse` as it stands: nothing in it has been checked. Byte arrays are views. */
export interface OcspResponse {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signatureOid: string;
  /** The responder by its Name (DER), or by the SHA-1 of its key. */
  readonly responder: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array };
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly CertificateExtension[];
  /** DER of each certificate that came along. */
  readonly certificates: readonly Uint8Array[];
}

/** `OCSPResponseStatus` but for success; 4 is not used. */
const errors = ['', 'malformedRequest', 'internalError', 'tryLater', '', 'sigRequired', 'unauthorized'];

function refuseStatus(number: number | undefined): never {
  const name = errors[number ?? 0] || malformed('its status is none that RFC 6960 has');
  const later = name === 'internalError' || name === 'tryLater';
  throw faultError('ocsp-error', `the responder answers ${name}`, {
    code: later ? 'ERR_UNAVAILABLE' : 'ERR_PROTOCOL',
    details: { upstreamName: name },
  });
}

function explicitExtensions(reader: DerReader): CertificateExtension[] {
  const wrapped = reader.optional(0xa1);
  if (!wrapped) return [];
  const outer = reader.inside(wrapped, 'OCSP extensions');
  const extensions = readExtensions(outer.enter(tags.sequence));
  outer.end();
  return extensions;
}

function time(reader: DerReader): number {
  return generalizedTimeOf(reader.bytes, reader.take(tags.generalizedTime));
}

function optionalTime(reader: DerReader): number | undefined {
  const wrapped = reader.optional(tags.context0);
  if (!wrapped) return undefined;
  const inner = reader.inside(wrapped);
  const at = time(inner);
  inner.end();
  return at;
}

function revokedInfo(info: DerReader): { revokedAt: number; reason?: string } {
  const revokedAt = time(info);
  const wrapped = info.optional(tags.context0);
  info.end();
  if (!wrapped) return { revokedAt };
  const inner = info.inside(wrapped);
  const reason = reasonOf(inner.contents(inner.take(0x0a)));
  inner.end();
  return { revokedAt, reason };
}

function statusOf(single: DerReader): Pick<SingleResponse, 'status' | 'revokedAt' | 'reason'> {
  const element = single.any();
  if (element.tag === 0xa1) return { status: 'revoked', ...revokedInfo(single.inside(element, 'revocation')) };
  if (element.end !== element.contents || (element.tag !== 0x80 && element.tag !== 0x82)) malformed('a status is none');
  return { status: element.tag === 0x80 ? 'good' : 'unknown' };
}

function singleResponse(single: DerReader): SingleResponse {
  const certId = single.enter(tags.sequence, 'certificate id');
  const status = statusOf(single);
  const thisUpdate = time(single);
  const nextUpdate = optionalTime(single);
  const extensions = explicitExtensions(single);
  single.end();
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) malformed('its next update comes before this one');
  return { certId, ...status, thisUpdate, nextUpdate, extensions };
}

/** `ResponderID`: Name, or key hash, each in an explicit tag. */
function responderId(data: DerReader): OcspResponse['responder'] {
  const byKey = data.optional(0xa2);
  const inner = data.inside(byKey ?? data.take(0xa1), 'responder id');
  const value = inner.take(byKey ? tags.octetString : tags.sequence);
  inner.end();
  return byKey ? { keyHash: inner.contents(value) } : { name: inner.whole(value) };
}

function responseData(data: DerReader): Pick<OcspResponse, 'responder' | 'responses' | 'extensions'> {
  // Version 1 is the default, which DER leaves out; there is no other.
  const responder = responderId(data);
  time(data);
  const responses: SingleResponse[] = [];
  for (const list = data.enter(tags.sequence); list.more; ) {
    responses.push(singleResponse(list.enter(tags.sequence, 'single response')));
    if (responses.length > maxSingle) malformed(`it answers about over ${maxSingle} certificates`);
  }
  const extensions = explicitExtensions(data);
  data.end();
  return { responder, responses, extensions };
}

function certificatesOf(basic: DerReader): Uint8Array[] {
  const wrapped = basic.optional(tags.context0);
  if (!wrapped) return [];
  const outer = basic.inside(wrapped, 'responder certificates');
  const list = outer.enter(tags.sequence);
  outer.end();
  const out: Uint8Array[] = [];
  while (list.more) {
    out.push(list.whole(list.take(tags.sequence)));
    if (out.length > maxCertificates) malformed(`it brings over ${maxCertificates} certificates`);
  }
  return out;
}

function basicBytes(outer: DerReader): Uint8Array {
  const status = outer.contents(outer.take(0x0a));
  if (status.byteLength !== 1 || status[0] !== 0) refuseStatus(status.byteLength === 1 ? status[0] : undefined);
  const wrapped = outer.inside(outer.take(tags.context0));
  outer.end();
  const response = wrapped.enter(tags.sequence);
  wrapped.end();
  if (response.oid() !== basicResponse) malformed('it is no basic response');
  const bytes = response.contents(response.take(tags.octetString));
  response.end();
  return bytes;
}

/**
 * Takes an `OCSPResponse` (RFC 6960 §4.2.1) apart.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_UNAVAILABLE` or `ERR_PROTOCOL` for the five answers that are errors; all with
 * `details.rule`
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  return reading('OCSP response', () => {
    scanDer(der, { what: 'OCSP response', maxDepth: 12, maxElements: 2_000 });
    const bytes = basicBytes(DerReader.over(der, tags.sequence, 'OCSP response'));
    scanDer(bytes, { what: 'OCSP response', maxDepth: 24, maxElements: 5_000 });
    const basic = DerReader.over(bytes, tags.sequence, 'OCSP response');
    const tbs = basic.take(tags.sequence);
    const algorithm = basic.take(tags.sequence);
    const bits = basic.contents(basic.take(tags.bitString));
    const certificates = certificatesOf(basic);
    basic.end();
    if (bits[0] !== 0) malformed('its signature has unused bits');
    return {
      tbs: basic.whole(tbs),
      signature: bits.subarray(1),
      signatureAlgorithm: algorithmOfIdentifier(basic.whole(algorithm)),
      signatureOid: basic.inside(algorithm, 'signature algorithm').oid(),
      ...responseData(basic.inside(tbs)),
      certificates,
    };
  });
}

/** Whether a response names this certificate as its responder. */
export function namesResponder({ responder }: OcspResponse, subjectDer: Uint8Array, keyHash: Uint8Array): boolean {
  return 'name' in responder ? hexText(responder.name) === hexText(subjectDer) : hexText(responder.keyHash) === hexText(keyHash);
}
