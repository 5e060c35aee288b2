import type { Clock, Descriptor } from '@securosys/core';
import { invalidArgument, knownOptions } from '@securosys/core';
import type { TrustPolicy } from './trust-policy.js';
import type { TrustStore } from './trust-store.js';

/** What the signatures of an artifact are judged by. */
export interface EvaluateOptions {
  /** The artifact as it was resolved; media type, digest and size must be what was signed. */
  subject: Descriptor;
  /** `domain[:port]/path` in full, for the selection of a policy statement. */
  repository: string;
  trustPolicy: TrustPolicy;
  trustStore: TrustStore;
  clock: Clock;
  /** Take chains and trust anchors that an emulator made. They prove nothing. Default `false` (S34). */
  allowEmulated?: boolean;
  /** Refuse signatures whose signing time is longer ago than this, in milliseconds, or in the future. Default: any age (S22). */
  maxSignatureAgeMs?: number;
  /** Refuse signatures that never expire. Default `false` (S22). */
  requireExpiry?: boolean;
  /** Annotations that must be signed with exactly these values; others may be there too. */
  userMetadata?: Readonly<Record<string, string>>;
  /** Critical extended attributes that the caller itself acts upon. Default: none, so any of them refuses the signature. */
  understoodAttributes?: readonly string[];
}

const names = [
  'subject',
  'repository',
  'trustPolicy',
  'trustStore',
  'clock',
  'allowEmulated',
  'maxSignatureAgeMs',
  'requireExpiry',
  'userMetadata',
  'understoodAttributes',
];

/**
 * Refuses options that are unknown or of the wrong type, so that none is silently ignored (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkEvaluateOptions(options: EvaluateOptions): void {
  knownOptions('evaluateSignature', options, names);
  const { subject, allowEmulated, requireExpiry, maxSignatureAgeMs, userMetadata, understoodAttributes, trustStore, clock } =
    options;
  for (const [name, value] of Object.entries({ allowEmulated, requireExpiry }))
    if (value !== undefined && typeof value !== 'boolean') invalidArgument(`${name} is not a boolean`);
  if (maxSignatureAgeMs !== undefined && !(typeof maxSignatureAgeMs === 'number' && maxSignatureAgeMs >= 0))
    invalidArgument('maxSignatureAgeMs is not a number of milliseconds');
  if (
    userMetadata !== undefined &&
    (typeof userMetadata !== 'object' || Object.values(userMetadata).some((v) => typeof v !== 'string'))
  )
    invalidArgument('userMetadata is not an object of texts');
  if (understoodAttributes !== undefined && !Array.isArray(understoodAttributes))
    invalidArgument('understoodAttributes is not a list');
  if (typeof subject?.digest !== 'string' || typeof subject.mediaType !== 'string' || typeof subject.size !== 'number')
    invalidArgument('subject is not a descriptor');
  if (typeof trustStore?.load !== 'function' || typeof clock?.now !== 'function')
    invalidArgument('a trust store and a clock are needed');
}
