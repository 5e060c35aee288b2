/**
 * What keys are used for, as rules tell it: to sign (images, blobs, certificate requests), to decrypt with an RSA key, to derive with an EC key
 * what decrypts, and to confirm an audit log.
 */
export const policyPurposes = ['sign', 'decrypt', 'derive', 'audit-checkpoint'] as const;

/** What a key is used for. */
export type PolicyPurpose = (typeof policyPurposes)[number];

/** Of rules, and of subjects, that say none. */
export const usualPurpose: PolicyPurpose = 'sign';

/** Uses that open images. */
export const openingPurposes: readonly PolicyPurpose[] = ['decrypt', 'derive'];

const nouns: Readonly<Record<PolicyPurpose, string>> = {
  sign: 'signature',
  decrypt: 'decryption',
  derive: 'decryption with a derived key',
  'audit-checkpoint': 'checkpoint of an audit log',
};

/** One use, for people. */
export const useNoun = (purpose: PolicyPurpose): string => nouns[purpose];
