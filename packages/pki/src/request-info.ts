import { SignError, scanDer } from '@securosys/core';
import { parseName, type RelativeName } from './names.js';
import { DerReader, tags } from './reader.js';
import { type RequestAttributes, readAttributes } from './request-attributes.js';

const maxRequestBytes = 64 * 1024;

/** A `CertificationRequestInfo` (RFC 2986 §4.1), taken apart. */
export interface RequestInfo extends RequestAttributes {
  readonly subject: readonly RelativeName[];
  /** SubjectPublicKeyInfo DER, a view. */
  readonly spki: Uint8Array;
}

/** Reads the signed bytes of a certification request strictly. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function readRequestInfo(bytes: Uint8Array): RequestInfo {
  if (bytes.byteLength > maxRequestBytes)
    throw new SignError('ERR_LIMIT', `certification request is over ${maxRequestBytes} bytes`);
  scanDer(bytes, { what: 'certification request', maxDepth: 16, maxElements: 2_000 });
  const request = DerReader.over(bytes, tags.sequence, 'certification request');
  const version = request.contents(request.take(tags.integer));
  if (version.byteLength !== 1 || version[0] !== 0)
    throw new SignError('ERR_MALFORMED', 'certification request has an unknown version');
  const subject = parseName(request.whole(request.take(tags.sequence)));
  const spki = request.whole(request.take(tags.sequence));
  const attributes = request.optional(tags.context0);
  request.end();
  return { subject, spki, ...readAttributes(attributes && request.inside(attributes)) };
}
