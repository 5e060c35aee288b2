import { sanitizeText } from '@securosys/core';
import { attribute } from '../constants.js';
import { refuse } from '../refusal.js';
import { type AlgorithmNaming, algorithmNamed } from './notary-algorithms.js';
import type { AttributeName, AttributeValue, SignedAttributes, SigningScheme } from './signed-attributes.js';

const { signingScheme, signingTime, authenticSigningTime, expiry, verificationPlugin, verificationPluginMinVersion } = attribute;

/** Members of a protected header as an envelope's decoder gives them. */
export type HeaderMembers = ReadonlyMap<AttributeName, unknown>;

/** How the protected header of an envelope differs from that of the other. */
export interface HeaderDialect {
  readonly naming: AlgorithmNaming;
  /** Registered headers by the label that the envelope gives them. */
  readonly labels: { readonly algorithm: AttributeName; readonly critical: AttributeName; readonly contentType: AttributeName };
  /** Milliseconds since 1970. @throws SignError `ERR_MALFORMED` */
  time(value: unknown, what: string): number;
  /** Value of an extended attribute. @throws SignError `ERR_MALFORMED` */
  value(value: unknown, what: string): AttributeValue;
}

/** Header names that the specification defines, beside the registered ones. */
export const systemAttributes: readonly string[] = [signingScheme, signingTime, authenticSigningTime, expiry];
export const pluginAttributes: readonly string[] = [verificationPlugin, verificationPluginMinVersion];

const shown = (name: AttributeName) => sanitizeText(String(name), 60);

function schemeOf(header: HeaderMembers): SigningScheme {
  const scheme = header.get(signingScheme);
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority')
    return refuse('malformed', 'protected header has no signing scheme of the specification');
  const [needed, forbidden] =
    scheme === 'notary.x509' ? [signingTime, authenticSigningTime] : [authenticSigningTime, signingTime];
  if (!header.has(needed) || header.has(forbidden)) refuse('malformed', `${scheme} demands ${needed} and forbids ${forbidden}`);
  return scheme;
}

function extendedOf(header: HeaderMembers, dialect: HeaderDialect): ReadonlyMap<AttributeName, AttributeValue> {
  const { algorithm, critical, contentType } = dialect.labels;
  const extended = new Map<AttributeName, AttributeValue>();
  for (const [name, value] of header)
    if (name !== algorithm && name !== critical && name !== contentType && !(systemAttributes as AttributeName[]).includes(name))
      extended.set(name, dialect.value(value, shown(name)));
  for (const name of pluginAttributes) {
    const value = header.get(name);
    if (header.has(name) && (typeof value !== 'string' || value.trim() === '')) refuse('malformed', `${name} is not a name`);
  }
  return extended;
}

/** `crit` per `notation.md` §5.1 step 6, for COSE as well; returns the critical extended attributes in their order. */
function criticalExtended(
  header: HeaderMembers,
  crit: unknown,
  extended: ReadonlyMap<AttributeName, AttributeValue>,
): AttributeName[] {
  if (!Array.isArray(crit) || crit.length === 0) return refuse('critical', 'crit is not a list with members');
  const required = [signingScheme, authenticSigningTime, expiry].filter((name) => header.has(name));
  const seen = new Set<AttributeName>();
  for (const name of crit as unknown[]) {
    if (typeof name !== 'string' && typeof name !== 'number') return refuse('critical', 'crit holds something else than a label');
    if (seen.has(name)) refuse('critical', `crit lists '${shown(name)}' twice`);
    if (!(required as AttributeName[]).includes(name) && !extended.has(name))
      refuse('critical', `crit lists '${shown(name)}', which is absent or never critical`);
    seen.add(name);
  }
  for (const name of [...required, ...pluginAttributes])
    if (header.has(name) && !seen.has(name)) refuse('critical', `${name} is not listed in crit`);
  return [...seen].filter((name) => extended.has(name));
}

/**
 * Reads a protected header by the rules of `notation.md` §5.1, steps 3 to 6, which hold for both envelopes. Members that the
 * specification does not define are extended attributes; `jwk`, `jku`, `x5u` and the like are such, so no key or address in them
 * is ever used.
 * @throws SignError `ERR_MALFORMED`; `details.reason` says which rule
 */
export function readAttributes(header: HeaderMembers, dialect: HeaderDialect): SignedAttributes {
  const { labels } = dialect;
  const algorithm = algorithmNamed(header.get(labels.algorithm), dialect.naming);
  if (!algorithm) return refuse('algorithm', 'the algorithm is none of the six of the Notary Project');
  const contentType = header.get(labels.contentType);
  if (typeof contentType !== 'string') return refuse('content-type', 'protected header has no content type');
  const scheme = schemeOf(header);
  const extended = extendedOf(header, dialect);
  const critical = criticalExtended(header, header.get(labels.critical), extended);
  const time = scheme === 'notary.x509' ? signingTime : authenticSigningTime;
  const at = dialect.time(header.get(time), time);
  const until = header.has(expiry) ? dialect.time(header.get(expiry), expiry) : undefined;
  if (until !== undefined && until <= at) refuse('malformed', 'expiry is not after the signing time');
  return {
    algorithm,
    contentType,
    scheme,
    signingTime: at,
    ...(until !== undefined && { expiry: until }),
    extended,
    criticalExtended: critical,
  };
}
