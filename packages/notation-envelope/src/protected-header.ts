import { type JsonObject, type JsonValue, parseJsonObject, sanitizeText } from '@securosys/core';
import { attribute } from './constants.js';
import { caseVariantCheck } from './json-members.js';
import { algorithmOfJwsName } from './jws-algorithms.js';
import { refuse } from './refusal.js';
import type { SignedAttributes, SigningScheme } from './signed-attributes.js';
import { parseTime } from './times.js';

const { signingScheme, signingTime, authenticSigningTime, expiry, verificationPlugin, verificationPluginMinVersion } = attribute;
const systemMembers = ['alg', 'cty', 'crit', signingScheme, signingTime, authenticSigningTime, expiry] as const;
const pluginMembers = [verificationPlugin, verificationPluginMinVersion] as const;
const checkMembers = caseVariantCheck('protected header', [...systemMembers, ...pluginMembers, 'b64']);

function schemeOf(header: JsonObject): SigningScheme {
  const scheme = header[signingScheme];
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority')
    return refuse('malformed', 'protected header has no signing scheme of the specification');
  const [needed, forbidden] =
    scheme === 'notary.x509' ? [signingTime, authenticSigningTime] : [authenticSigningTime, signingTime];
  if (!(needed in header) || forbidden in header) refuse('malformed', `${scheme} demands ${needed} and forbids ${forbidden}`);
  return scheme;
}

/** `crit` per `notation.md` §5.1 step 6; returns the critical extended attributes in their order. */
function criticalExtended(header: JsonObject, extended: ReadonlyMap<string, JsonValue>): string[] {
  const { crit } = header;
  if (!Array.isArray(crit) || crit.length === 0) return refuse('critical', 'crit is not a list with members');
  const required = [signingScheme, authenticSigningTime, expiry].filter((name) => name in header);
  const seen = new Set<string>();
  for (const name of crit) {
    if (typeof name !== 'string') return refuse('critical', 'crit holds something else than a name');
    if (seen.has(name)) refuse('critical', `crit lists '${sanitizeText(name, 60)}' twice`);
    if (!(required as string[]).includes(name) && !extended.has(name))
      refuse('critical', `crit lists '${sanitizeText(name, 60)}', which is absent or never critical`);
    seen.add(name);
  }
  for (const name of [...required, ...pluginMembers])
    if (name in header && !seen.has(name)) refuse('critical', `${name} is not listed in crit`);
  return [...seen].filter((name) => extended.has(name));
}

/**
 * Reads a JWS protected header by the rules of `notation.md` §5.1, steps 3 to 6. Members that the specification does not
 * define are extended attributes; `jwk`, `jku`, `x5u` and the like are such, so no key or address in them is ever used.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `details.reason` says which rule
 */
export function parseProtectedHeader(bytes: Uint8Array): SignedAttributes {
  const header = parseJsonObject(bytes, { what: 'protected header', maxBytes: 64 * 1024, maxValues: 2_000 });
  checkMembers(header);
  const algorithm = algorithmOfJwsName(header.alg);
  if (!algorithm) return refuse('algorithm', 'alg is none of the six of the Notary Project');
  if (typeof header.cty !== 'string') return refuse('content-type', 'protected header has no cty');
  // RFC 7797 changes which bytes are signed; RFC 7519 §7.2 nesting and RFC 7516 members have no meaning here.
  if ('b64' in header) refuse('malformed', 'b64 is not allowed in a Notary signature');
  const scheme = schemeOf(header);
  const extended = new Map(Object.entries(header).filter(([name]) => !(systemMembers as readonly string[]).includes(name)));
  for (const name of pluginMembers) {
    const value = header[name];
    if (name in header && (typeof value !== 'string' || value.trim() === '')) refuse('malformed', `${name} is not a name`);
  }
  const critical = criticalExtended(header, extended);
  const time = scheme === 'notary.x509' ? signingTime : authenticSigningTime;
  const at = parseTime(header[time], time);
  const until = expiry in header ? parseTime(header[expiry], expiry) : undefined;
  if (until !== undefined && until <= at) refuse('malformed', 'expiry is not after the signing time');
  return {
    algorithm,
    contentType: header.cty,
    scheme,
    signingTime: at,
    ...(until !== undefined && { expiry: until }),
    extended,
    criticalExtended: critical,
  };
}
