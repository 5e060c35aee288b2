import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import type { CertificateHolder, GeneralName, GeneralNameType } from '@securosys/pki';
import type { StandardCertificateAttributes } from '../api/certificates.js';
import type { Pkix } from './pkix.js';

const commonName = '2.5.4.3';
/** Types of the attributes that a request names (`tsb-rest-api.md` §2.7; X.520, RFC 2985 §5.2.1). */
const attributeOids: Readonly<Record<keyof StandardCertificateAttributes, string>> = {
  commonName,
  country: '2.5.4.6',
  stateOrProvinceName: '2.5.4.8',
  locality: '2.5.4.7',
  organizationName: '2.5.4.10',
  organizationIdentifier: '2.5.4.97',
  organizationUnitName: '2.5.4.11',
  email: '1.2.840.113549.1.9.1',
  title: '2.5.4.12',
  surname: '2.5.4.4',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  pseudonym: '2.5.4.65',
  generationQualifier: '2.5.4.44',
};
const memberOf: ReadonlyMap<string, string> = new Map(Object.entries(attributeOids).map(([member, oid]) => [oid, member]));

/** The subject asked for, in either generation of the body (§8, 4); an issued certificate without one takes its request's. */
function subjectAsked(body: JsonObject, request: CertificateHolder | undefined): CertificateHolder['subject'] {
  const { standardCertificateAttributes: attributes, commonName: name } = body;
  if (isJsonObject(attributes))
    return Object.entries(attributeOids).flatMap(([member, oid]) => {
      const value = attributes[member];
      return typeof value === 'string' && value !== '' ? [{ oid, value }] : [];
    });
  return typeof name === 'string' ? [{ oid: commonName, value: name }] : (request?.subject ?? []);
}

/**
 * The subject asked for against the one in the bytes, attribute by attribute: none is missing, none came from elsewhere, none is there
 * twice. A value that is no text equals nothing.
 */
function subjectMismatches(asked: CertificateHolder['subject'], found: CertificateHolder['subject']): string[] {
  const values = (subject: CertificateHolder['subject'], oid: string) =>
    subject.flatMap((one) => (one.oid === oid ? [one.value] : [])).sort();
  const same = (oid: string) => {
    const [one, other] = [values(asked, oid), values(found, oid)];
    return one.length === other.length && one.every((value, at) => value !== undefined && value === other[at]);
  };
  const oids = new Set([commonName, ...asked.map(({ oid }) => oid), ...found.map(({ oid }) => oid)]);
  return [...oids].flatMap((oid) => {
    if (same(oid) && (oid !== commonName || values(found, oid).length < 2)) return [];
    if (oid === commonName) return ['the certificate is for another name than the request'];
    return [`the subject of the certificate has another ${memberOf.get(oid) ?? `attribute ${oid}`} than the request`];
  });
}

/** How the API calls kinds of names; how it spells an other name is not known, so that none equals what was asked for. */
const nameTypes: Readonly<Record<string, GeneralNameType>> = { DNS: 'DNS', IP: 'IP', URI: 'URI', EMAIL: 'email' };

function nameAsked(one: JsonValue): GeneralName[] {
  if (!isJsonObject(one) || typeof one.sanType !== 'string' || typeof one.sanValue !== 'string') return [];
  const type = Object.hasOwn(nameTypes, one.sanType) ? nameTypes[one.sanType] : undefined;
  return type ? [{ type, value: one.sanValue }] : [];
}

/** Alternative names that the request asks for: its own, and those of the signing request when extensions are copied from it. */
function namesAsked(body: JsonObject, request: CertificateHolder | undefined): readonly GeneralName[] {
  const { subjectAlternativeNames: own, copyExtensions } = body;
  const copied = copyExtensions === 'COPY' ? request?.alternativeNames : undefined;
  return [...(Array.isArray(own) ? own.flatMap(nameAsked) : []), ...(copied ?? [])];
}

/**
 * Every name in the bytes against the request.
 * @param found who the bytes are for
 * @param request who the signing request is for that an issued certificate answers
 */
export function nameMismatches(
  body: JsonObject,
  found: CertificateHolder,
  request: CertificateHolder | undefined,
  { sameGeneralName }: Pkix,
): string[] {
  const asked = namesAsked(body, request);
  const foreign = found.alternativeNames.some((name) => !asked.some((one) => sameGeneralName(one, name)));
  return [
    ...subjectMismatches(subjectAsked(body, request), found.subject),
    ...(foreign ? ['the certificate has alternative names that the request does not ask for'] : []),
  ];
}
