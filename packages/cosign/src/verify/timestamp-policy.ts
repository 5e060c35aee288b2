import { invalidArgument, knownOptions } from '@securosys/core';
import { type Certificate, parseCertificate, parseCertificates, type RevocationChecker } from '@securosys/pki';

/** How timestamps of signatures are judged (`cosign.md` §10.9, §13). */
export interface CosignTimestampPolicy {
  /** Roots of trusted timestamp authorities: PEM (text or its bytes, any number of certificates) or DER. */
  readonly anchors: readonly (string | Uint8Array)[];
  /** Refuses signatures without a timestamp. Default `false`: then one that is there has to be good all the same. */
  readonly required?: boolean;
  /**
   * Asked whether a certificate of the authority was revoked; one that was, and one of which it cannot be found out, refuse the timestamp
   * (CVE-2024-56138). Default: nobody is asked, as by cosign.
   */
  readonly revocation?: RevocationChecker;
  /** Accepts authorities that an emulator made. Default `false`. */
  readonly allowEmulated?: boolean;
}

/** A checked {@link CosignTimestampPolicy}. */
export interface TimestampRules {
  readonly anchors: readonly Certificate[];
  readonly required: boolean;
  readonly revocation: RevocationChecker | undefined;
  readonly allowEmulated: boolean;
}

function certificatesOf(anchor: unknown): Certificate[] {
  if (typeof anchor === 'string') return parseCertificates(new TextEncoder().encode(anchor));
  if (!(anchor instanceof Uint8Array)) return invalidArgument('cosignTrust: an anchor of timestamps is PEM or DER');
  return anchor[0] === 0x30 ? [parseCertificate(anchor)] : parseCertificates(anchor);
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT` */
export function checkedTimestampPolicy(given: CosignTimestampPolicy | undefined): TimestampRules | undefined {
  if (given === undefined) return undefined;
  knownOptions('cosignTrust timestamps', given, ['anchors', 'required', 'revocation', 'allowEmulated']);
  const { anchors, required = false, revocation, allowEmulated = false } = given;
  if (typeof required !== 'boolean' || typeof allowEmulated !== 'boolean')
    invalidArgument('cosignTrust: required and allowEmulated of timestamps are true or false');
  if (revocation !== undefined && typeof revocation?.check !== 'function')
    invalidArgument('cosignTrust: revocation of timestamps is a RevocationChecker');
  if (!Array.isArray(anchors) || anchors.length === 0) invalidArgument('cosignTrust: timestamps need at least one anchor');
  return { anchors: anchors.flatMap(certificatesOf), required, revocation, allowEmulated };
}
