export * from './certificate-names.js';
export * from './cipher-algorithms.js';
export * from './key-algorithms.js';
export * from './signature-algorithms.js';

/** What a payload is said to be, for display; `UNSPECIFIED` is what this SDK sends. */
export const payloadTypes = ['UNSPECIFIED', 'ISO_20022', 'PDF', 'BTC', 'ETH'] as const;
/** One of {@link payloadTypes}. */
export type PayloadType = (typeof payloadTypes)[number];

/** Digests of application request signatures (`tsb-rest-api.md` §1.4, §3.6). */
export const requestDigests = [
  'SHA-224',
  'SHA-256',
  'SHA-384',
  'SHA-512',
  'SHA3-224',
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
] as const;
/** One of {@link requestDigests}. */
export type RequestDigest = (typeof requestDigests)[number];

/** Digests of approver signatures (§3.6); `EdDSA` is what Ed25519 approvers send (§8, 14). */
export const approverDigests = [...requestDigests, 'EdDSA'] as const;
/** One of {@link approverDigests}. */
export type ApproverDigest = (typeof approverDigests)[number];

/** States of a request, as the wire spells them (§4.4). */
export const tsbRequestStatuses = ['PENDING', 'APPROVED', 'EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED'] as const;
/** §4.4; all but `PENDING` and `APPROVED` are final. */
export type TsbRequestStatus = (typeof tsbRequestStatuses)[number];
