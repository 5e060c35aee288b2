import type { Claims, SigningFacts } from '@securosys/core';
import type { ModifyPolicy } from '../api/policy.js';

/** What a decision would allow. `unknown`: the task does not say it in a form that this version reads. */
export type TaskOperation = 'sign' | 'decrypt' | 'unwrap' | 'certificate' | 'block' | 'unblock' | 'modify' | 'unknown';

/**
 * What an approver should think about before deciding.
 * - `blind`: a digest is signed and nothing shows what it stands for
 * - `unknown-format`: no format here explains the payload
 * - `policy-change`: the rules of the key are replaced
 * - `unblock`: a blocked key becomes usable
 * - `timestamp-unverified`: no pinned HSM key vouches for the time of the request
 * - `no-metadata-binding`: the description is not bound to these bytes
 * - `password-in-request`: the requester sent a key password that approvers can read
 * - `look-alike-names`: names of facts or of claims look the same; the view keeps them apart with a number: `tag`, `tag (2)`
 * - `shortened`: a name, a text or the list of claims is longer than the view shows
 */
export type TaskRisk =
  | 'blind'
  | 'unknown-format'
  | 'policy-change'
  | 'unblock'
  | 'timestamp-unverified'
  | 'no-metadata-binding'
  | 'password-in-request'
  | 'look-alike-names'
  | 'shortened';

/**
 * One decision to take, as shown to a person. Everything but `claims` comes from the very bytes that an approval signs, or was
 * compared with them. All text is sanitised; digests are whole.
 */
export interface TaskView {
  readonly id: string;
  readonly operation: TaskOperation;
  /** From the bytes to be signed. */
  readonly keyLabel: string;
  /** The API's name of the signature algorithm, if the task is a signature. */
  readonly algorithm?: string;
  /** Recomputed from the payload; `undefined` when no format explains it. One line for each fact, however alike their names. */
  readonly facts?: SigningFacts;
  /** What only the requester says. Nothing proves it. */
  readonly claims: Claims;
  /** Ways in which the task contradicts itself or what was expected. With one of these it cannot be approved. */
  readonly mismatches: readonly string[];
  readonly risks: readonly TaskRisk[];
  /** When the HSM saw the request, RFC 3339. */
  readonly requestedAt?: string;
  /** SHA-256 of the payload, hex. */
  readonly payloadSha256?: string;
  readonly payloadSize?: number;
  /** New rules, for `modify`. */
  readonly policy?: ModifyPolicy;
  /** The new rules in words. */
  readonly policyText?: readonly string[];
  /** SHA-256 of the key's SubjectPublicKeyInfo as the TSB reports it, hex. */
  readonly keySpkiSha256?: string;
  /** SHA-256 of the bytes that an approval signs, hex. */
  readonly challengeSha256: string;
}
