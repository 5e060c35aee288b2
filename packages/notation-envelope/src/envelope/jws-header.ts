import { isoSeconds, type JsonValue, parseJsonObject } from '@securosys/core';
import { attribute, maxHeaderBytes, payloadType } from '../constants.js';
import { refuse } from '../refusal.js';
import { caseVariantCheck, goJson } from './json-members.js';
import { algorithmName } from './notary-algorithms.js';
import { type HeaderDialect, pluginAttributes, readAttributes, systemAttributes } from './protected-header.js';
import type { SignedAttributes } from './signed-attributes.js';
import { parseTime } from './times.js';

/** Header members of JWS that are no attributes: RFC 7515 §4.1, and `b64`, which changes which bytes are signed (RFC 7797). */
export const jwsHeaderNames: readonly string[] = ['alg', 'cty', 'crit', 'b64'];

const dialect: HeaderDialect = {
  naming: 'jws',
  labels: { algorithm: 'alg', critical: 'crit', contentType: 'cty' },
  time: parseTime,
  value: (value) => value as JsonValue,
};

const checkMembers = caseVariantCheck('protected header', [...jwsHeaderNames, ...systemAttributes, ...pluginAttributes]);

/**
 * Reads a JWS protected header (`notation.md` §5).
 * @param bytes JSON, at most 64 KiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `details.reason` says which rule
 */
export function parseJwsHeader(bytes: Uint8Array): SignedAttributes {
  const header = parseJsonObject(bytes, { what: 'protected header', maxBytes: maxHeaderBytes, maxValues: 2_000 });
  checkMembers(header);
  if ('b64' in header) refuse('malformed', 'b64 is not allowed in a Notary signature');
  const members = new Map<string, JsonValue>();
  for (const name in header) members.set(name, header[name] as JsonValue);
  return readAttributes(members, dialect);
}

/** Protected header as Go writes it: sorted members, `crit` in the order of `notation.md` §5, times as whole seconds in UTC. */
export function encodeJwsHeader(attributes: Omit<SignedAttributes, 'contentType'>): Uint8Array<ArrayBuffer> {
  const { scheme, expiry, criticalExtended } = attributes;
  const isAuthority = scheme === 'notary.x509.signingAuthority';
  return goJson({
    ...Object.fromEntries(attributes.extended),
    alg: algorithmName(attributes.algorithm, 'jws'),
    crit: [
      attribute.signingScheme,
      ...criticalExtended,
      ...(isAuthority ? [attribute.authenticSigningTime] : []),
      ...(expiry === undefined ? [] : [attribute.expiry]),
    ],
    cty: payloadType,
    [attribute.signingScheme]: scheme,
    [isAuthority ? attribute.authenticSigningTime : attribute.signingTime]: isoSeconds(attributes.signingTime),
    ...(expiry !== undefined && { [attribute.expiry]: isoSeconds(expiry) }),
  });
}
