import type { Claims, SigningFacts } from '@securosys/core';
import type { ModifyPolicy } from '../api/policy.js';
import type { DetailLevel } from '../api/tasks.js';
import type { PolicyChange } from '../policy/change.js';
import type { CertificateKind, TaskOperation } from './operations.js';
import type { TaskProgress } from './progress.js';
import type { TaskRisk } from './risks.js';
import type { TaskWindow } from './task-window.js';

/**
 * One decision to take, as shown to a person. Everything but `claims`, `asked`, and what is said of the key, comes from the very bytes that an approval signs, or
 * was compared with them. All text is sanitised; digests are whole; key passwords are nowhere in it.
 */
export interface TaskView {
  readonly id: string;
  /** Levels below 5 show less, and can never be approved. */
  readonly detailLevel: DetailLevel;
  readonly operation: TaskOperation;
  /** For certificates: what is made. */
  readonly certificate?: CertificateKind;
  /** From the bytes to be signed. */
  readonly keyLabel: string;
  /** The API's name of the signature algorithm, if the task is a signature. */
  readonly algorithm?: string;
  /** Recomputed from the payload; `undefined` when no format explains it. One line for each fact, however alike their names. */
  readonly facts?: SigningFacts;
  /** What only the requester says. Nothing proves it. */
  readonly claims: Claims;
  /**
   * Whether a pinned application says these claims of exactly this request, now: signed, bound, not expired, not used before. It still
   * does not make them true.
   */
  readonly claimsVerified: boolean;
  /** Who signed the request, by a pinned key. */
  readonly requester: { readonly name: string } | 'unverified';
  /** Other members of the original request, such as the cipher or the label of an unwrapped key. The requester's words, not proven. */
  readonly asked: Claims;
  /** Ways in which the task contradicts itself or what was expected. With one of these it cannot be approved. */
  readonly mismatches: readonly string[];
  readonly risks: readonly TaskRisk[];
  /** When the HSM saw the request, RFC 3339. */
  readonly requestedAt?: string;
  /** SHA-256 of the payload, hex. */
  readonly payloadSha256?: string;
  readonly payloadSize?: number;
  /** SHA-256 of the whole message, hex, where the payload is only its digest and the description brings the message along. */
  readonly messageSha256?: string;
  /** When approvals count, by the rules of today, of which `keyAttested` says whose word they are. Absent when they are not known. */
  readonly window?: TaskWindow;
  /** New rules, for `modify`. */
  readonly policy?: ModifyPolicy;
  /** The new rules in words, each name with the whole SHA-256 of its key, and what is wrong with them. */
  readonly policyText?: readonly string[];
  /** What the new rules change about those of today, by whoever `keyAttested` says; absent when today's are not known. */
  readonly policyChanges?: readonly PolicyChange[];
  /** SHA-256 of the key's SubjectPublicKeyInfo, hex, by whoever `keyAttested` says. */
  readonly keySpkiSha256?: string;
  /** Whether the HSM itself, by a pinned attestation key, says what the key is and which rules it has today. Else it is the TSB's word. */
  readonly keyAttested?: boolean;
  /** What the requester decides together with other requests. A claim, and never what a decision covers. */
  readonly batch?: {
    readonly id: string;
    readonly sha256?: string;
    /** What the batch was made of, where the description lists it: SHA-256 of each message, hex, sorted. */
    readonly members?: readonly string[];
  };
  /** Who has decided so far, as the TSB says (level 6). */
  readonly progress?: TaskProgress;
  /** SHA-256 of the bytes that an approval signs, hex. */
  readonly challengeSha256: string;
}
