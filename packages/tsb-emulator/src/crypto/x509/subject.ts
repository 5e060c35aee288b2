import type * as X509 from '@peculiar/asn1-x509';
import { EMULATED_SERIAL_NUMBER } from '@securosys/pki';
import type { StandardCertificateAttributes } from '@securosys/tsb-client/api';
import { failure } from '../../failure.js';
import type { Asn1 } from './asn1.js';

type Part = readonly [member: keyof StandardCertificateAttributes, oid: string, longest: number];

/** In the order of a name, and how many characters RFC 5280 appendix A.1 lets each have. */
const parts: readonly Part[] = [
  ['country', '2.5.4.6', 2],
  ['stateOrProvinceName', '2.5.4.8', 128],
  ['locality', '2.5.4.7', 128],
  ['organizationName', '2.5.4.10', 64],
  ['organizationIdentifier', '2.5.4.97', 64],
  ['organizationUnitName', '2.5.4.11', 64],
  ['title', '2.5.4.12', 64],
  ['surname', '2.5.4.4', 64],
  ['givenName', '2.5.4.42', 64],
  ['initials', '2.5.4.43', 64],
  ['pseudonym', '2.5.4.65', 128],
  ['generationQualifier', '2.5.4.44', 64],
  ['commonName', '2.5.4.3', 64],
  ['email', '1.2.840.113549.1.9.1', 255],
];
const serialNumber = '2.5.4.5';

function stringType(oid: string, value: string): Partial<X509.AttributeValue> {
  if (oid === '2.5.4.6' || oid === serialNumber) return { printableString: value };
  return oid === '1.2.840.113549.1.9.1' ? { ia5String: value } : { utf8String: value };
}

function relativeName({ x509 }: Asn1, oid: string, value: string): X509.RelativeDistinguishedName {
  const text = new x509.AttributeValue(stringType(oid, value));
  return new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type: oid, value: text })]);
}

function checked(oid: string, longest: number, value: string): string {
  if (value.length > longest || !value.isWellFormed()) throw failure(600, `a part of the subject is over ${longest} characters`);
  if (oid === '2.5.4.6' && !/^[A-Za-z]{2}$/.test(value)) throw failure(600, 'country has two letters');
  if (oid === '1.2.840.113549.1.9.1' && !/^[\x21-\x7e]+$/.test(value)) throw failure(600, 'email is ASCII');
  return value;
}

/**
 * The name that a body asks for, with the mark of everything that an emulator signs (threat model S34).
 * @throws SignError with the TSB error 600 for a part that no certificate can hold
 */
export function subjectName(asn1: Asn1, attributes: StandardCertificateAttributes): X509.Name {
  const named = parts.flatMap(([member, oid, longest]) => {
    const value = attributes[member];
    return value === undefined || value === '' ? [] : [relativeName(asn1, oid, checked(oid, longest, value))];
  });
  return new asn1.x509.Name([...named, relativeName(asn1, serialNumber, EMULATED_SERIAL_NUMBER)]);
}

/** Somebody else's name with the mark, unless it has it. */
export function markedName(asn1: Asn1, name: X509.Name): X509.Name {
  const marked = [...name].some((relative) =>
    [...relative].some(({ type, value }) => type === serialNumber && value.toString() === EMULATED_SERIAL_NUMBER),
  );
  return marked ? name : new asn1.x509.Name([...name, relativeName(asn1, serialNumber, EMULATED_SERIAL_NUMBER)]);
}
