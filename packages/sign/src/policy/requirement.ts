import type { CallOptions, Clock } from '@securosys/core';
import type { CosignTrust } from '@securosys/cosign';
import type { Place } from './place.js';
import type { PolicyPurpose } from './purposes.js';
import type { RegistryLookups } from './registry-lookups.js';
import type { SigningSubject } from './subject.js';

/** Whether something is satisfied; if not, one sentence says what would satisfy it. `unknown` is as good as `unsatisfied`. */
export type Finding = { readonly status: 'satisfied' } | { readonly status: 'unsatisfied' | 'unknown'; readonly reason: string };

export const satisfied: Finding = { status: 'satisfied' };
export const unsatisfied = (reason: string): Finding => ({ status: 'unsatisfied', reason });
export const unknown = (reason: string): Finding => ({ status: 'unknown', reason });

/**
 * A check of the caller's own: `true` allows, a text refuses and says why, and everything else, an error too, refuses. It may be asked any
 * number of times for one signature and has no side effects.
 */
export type CustomCheck = (subject: SigningSubject, options: CallOptions) => Promise<true | string> | true | string;

/** What rules may ask besides the subject. */
export interface World {
  readonly clock: Clock;
  /** Absent: nothing of a registry is known. */
  readonly registry?: RegistryLookups;
  /** Whose attestations count where the policy names no keys. */
  readonly trust?: CosignTrust;
  readonly custom: Readonly<Record<string, CustomCheck>>;
  readonly call: CallOptions;
}

/** One kind of rule: how it is read, judged and explained. */
export interface Requirement<T = unknown> {
  /** Member of the document. */
  readonly name: string;
  /** Asks somebody: judged when everything else is satisfied. */
  readonly asks?: true;
  /** Needs no more than facts and tells them apart: may stand in `when`. */
  readonly condition?: true;
  /** What keys have to be used for where a rule demands it. Absent: to sign. */
  readonly about?: readonly PolicyPurpose[];
  /** @throws SignError `ERR_INVALID_ARGUMENT` */
  read(place: Place): T;
  judge(value: T, subject: SigningSubject, world: World): Finding | Promise<Finding>;
  /** One sentence for people. */
  explain(value: T): string;
}

/** A requirement with what it was told. */
export interface BoundRequirement {
  readonly name: string;
  readonly asks: boolean;
  /** In the document, for example `rules[0].require.tags`. */
  readonly path: string;
  readonly explanation: string;
  judge(subject: SigningSubject, world: World): Finding | Promise<Finding>;
}

/** Reads a requirement, and keeps its type to itself. */
export function bind<T>({ name, asks, read, judge, explain }: Requirement<T>, place: Place): BoundRequirement {
  const value = read(place);
  return {
    name,
    asks: asks === true,
    path: place.path,
    explanation: explain(value),
    judge: (subject, world) => judge(value, subject, world),
  };
}
