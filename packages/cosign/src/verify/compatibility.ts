import { invalidArgument, knownOptions } from '@securosys/core';

/** What cosign lets pass and this verifier does not, each by a name of its own. Everything is off unless it is `true`. */
export interface CosignCompatibility {
  /**
   * Any statement about the image counts as its signature, and any as an attestation, whatever its predicate type: cosign checks none
   * (`cosign.md` §10.6). Then whoever may sign a bill of materials also signs the image.
   */
  readonly acceptAnyPredicate?: boolean;
  /** ECDSA signatures may be r‖s (IEEE P1363) instead of DER (§2.1). */
  readonly ieeeP1363?: boolean;
  /** The envelope in a bundle may name any key. cosign takes a `keyid` only if it is the SSH fingerprint of the key (§6.4). */
  readonly acceptAnyKeyId?: boolean;
}

/** Names of {@link CosignCompatibility}. */
export const compatibilityNames = ['acceptAnyPredicate', 'ieeeP1363', 'acceptAnyKeyId'] as const;

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedCompatibility(given: CosignCompatibility = {}): Required<CosignCompatibility> {
  knownOptions('cosignTrust compatibility', given, compatibilityNames);
  for (const name of compatibilityNames)
    if (given[name] !== undefined && typeof given[name] !== 'boolean')
      invalidArgument(`cosignTrust: compatibility.${name} is true or false`);
  const { acceptAnyPredicate = false, ieeeP1363 = false, acceptAnyKeyId = false } = given;
  return { acceptAnyPredicate, ieeeP1363, acceptAnyKeyId };
}
