import { type FormatKey, invalidArgument, type KeyInfo } from '@securosys/core';
import type { Certificate } from './certificate.js';
import type { NameAttribute, RelativeName } from './names.js';
import type { SubjectAttribute } from './subject.js';

/** A key that signs. `KeyInfo`, what `signer.describe()` gives, fits: with its `assurance` a key of an emulator is known as one. */
export type SigningKey = Pick<FormatKey, 'spki'> & Partial<Pick<KeyInfo, 'assurance'>>;

/**
 * Certificate policy of everything that an emulator issued (threat model S34): the example arc of X.660 (2.999) and "emu" in ASCII,
 * so that no real CA can ever have it.
 */
export const EMULATED_POLICY_OID = '2.999.101.109.117';

/** `serialNumber` attribute of the subject that says the same to people; Notation prints it as `SERIALNUMBER=EMULATED`. */
export const EMULATED_SERIAL_NUMBER = 'EMULATED';

/** Object identifier of the `serialNumber` attribute (X.520 §6.2.9). */
export const serialNumberOid = '2.5.4.5';

/** Whether a certificate carries either mark of an emulator. One is enough, because a CA may have dropped the other. */
export function isEmulated(certificate: Certificate): boolean {
  return certificate.policies.includes(EMULATED_POLICY_OID) || isEmulatedName(certificate.subject);
}

/** Whether one attribute of a name is the mark. */
export function isEmulationMark({ oid, value }: Pick<NameAttribute, 'oid' | 'value'>): boolean {
  return oid === serialNumberOid && value === EMULATED_SERIAL_NUMBER;
}

/** Whether a name carries the mark. */
export function isEmulatedName(name: readonly RelativeName[]): boolean {
  return name.some((attributes) => attributes.some(isEmulationMark));
}

/**
 * Whether what is prepared has to be marked: when its key is an emulator's, when its issuer is marked, or when the caller wishes it.
 * @throws SignError `ERR_INVALID_ARGUMENT` for `emulated: false` where the mark cannot be left out
 */
export function needsMark(wished: boolean | undefined, key: SigningKey, issuer?: Certificate): boolean {
  const { assurance } = key;
  if (wished === false && assurance === 'emulated') invalidArgument('what the key of an emulator signs is emulated');
  const marked = issuer !== undefined && isEmulated(issuer);
  if (wished === false && marked) invalidArgument('what an emulated CA issues is emulated');
  return wished === true || assurance === 'emulated' || marked;
}

/** The subject with the mark. @throws SignError `ERR_INVALID_ARGUMENT` when the subject has a serial number of its own */
export function markedSubject(subject: readonly SubjectAttribute[]): SubjectAttribute[] {
  if (subject.some(({ oid }) => oid === serialNumberOid)) invalidArgument('SERIALNUMBER is the mark of what an emulator signs');
  return [...subject, { oid: serialNumberOid, value: EMULATED_SERIAL_NUMBER }];
}
