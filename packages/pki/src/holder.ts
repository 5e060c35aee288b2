import { sha256Hex } from '@securosys/core';
import { certificateOfTbs } from './certificate-facts.js';
import { isEmulationMark } from './emulated.js';
import type { CertificateExtension } from './extensions.js';
import { type GeneralName, generalNames } from './general-names.js';
import type { RelativeName } from './names.js';
import { readRequestInfo } from './request-info.js';

/** Who a certificate, or a request for one, is for. */
export interface CertificateHolder {
  /**
   * Every attribute of the subject in its order, multi-valued parts taken apart; without the mark of an emulator
   * (`EMULATED_SERIAL_NUMBER`). `value` is `undefined` for a value that is no text.
   */
  readonly subject: readonly { readonly oid: string; readonly value: string | undefined }[];
  /** Subject alternative names; of a request those that it asks for. */
  readonly alternativeNames: readonly GeneralName[];
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeySha256: string;
}

function holder(
  subject: readonly RelativeName[],
  extensions: readonly CertificateExtension[],
  spki: Uint8Array,
): CertificateHolder {
  const names = extensions.find(({ oid }) => oid === '2.5.29.17');
  return {
    subject: subject.flatMap((attributes) =>
      attributes.filter((one) => !isEmulationMark(one)).map(({ oid, value }) => ({ oid, value })),
    ),
    alternativeNames: names ? generalNames(names.value) : [],
    publicKeySha256: sha256Hex(spki),
  };
}

/**
 * Who the to-be-signed bytes of a certificate (`TBSCertificate`, RFC 5280 §4.1.2) are for.
 * @param tbs DER, at most 64 KiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function certificateHolder(tbs: Uint8Array): CertificateHolder {
  const { subject, extensions, spki } = certificateOfTbs(tbs);
  return holder(subject, extensions, spki);
}

/**
 * Who asks, by the signed bytes of a certification request (`CertificationRequestInfo`, RFC 2986 §4.1).
 * @param info DER, at most 64 KiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function requestHolder(info: Uint8Array): CertificateHolder {
  const { subject, extensions, spki } = readRequestInfo(info);
  return holder(subject, extensions, spki);
}
