import type { Certificate } from './certificate.js';

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
  return (
    certificate.policies.includes(EMULATED_POLICY_OID) ||
    certificate.subject.some((attributes) =>
      attributes.some(({ oid, value }) => oid === serialNumberOid && value === EMULATED_SERIAL_NUMBER),
    )
  );
}
