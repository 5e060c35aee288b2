import { type Clock, invalidArgument, knownOptions } from '@securosys/core';
import type { ModifyPolicy } from '../api/policy.js';

/** Which key it has to be (S7). */
export interface ExpectedKey {
  readonly label?: string;
  /** Of its SubjectPublicKeyInfo DER, 64 lower-case hex characters. */
  readonly spkiSha256?: string;
  /** DER or PEM: the attested key must be the one of this certificate. */
  readonly certificate?: Uint8Array;
}

/** What an attestation is judged by. */
export interface VerifyAttestationOptions {
  /** Certificates, DER or PEM, of which one must be the root of the chain. There is no default: pin the root of your HSM's vendor. */
  readonly roots: readonly Uint8Array[];
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Oldest statement taken, milliseconds. Default one day: the policy may have been modified since, so an attestation is asked for
   * when it is needed, and a day is what a nightly check needs. `Infinity` takes any, for archives.
   */
  readonly maxAgeMs?: number;
  /** Without it the facts are about whatever key was attested: compare `spkiSha256` yourself. */
  readonly expected?: ExpectedKey;
  /** The rules that the key must have, exactly; `null`: it must be a plain key. Absent: not judged. */
  readonly policy?: ModifyPolicy | null;
  /** Reads an attested rule without tokens as "nobody, ever", which no recording proves. Default `false`. Matters with `policy` only. */
  readonly emptyRuleMeansNever?: boolean;
  /** Takes attestations of an emulator. They prove nothing. Default `false` (threat model S34). */
  readonly allowEmulated?: boolean;
  /** As in {@link ParseAttestationOptions}. Default `false`. */
  readonly allowUnknownElements?: boolean;
}

export const dayMs = 86_400_000;

const names = [
  'roots',
  'clock',
  'maxAgeMs',
  'expected',
  'policy',
  'emptyRuleMeansNever',
  'allowEmulated',
  'allowUnknownElements',
];

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkVerifyOptions(options: VerifyAttestationOptions): void {
  knownOptions('verifyAttestation', options, names);
  const { maxAgeMs = dayMs, expected = {}, policy, clock } = options;
  knownOptions('expected', expected, ['label', 'spkiSha256', 'certificate']);
  if (typeof maxAgeMs !== 'number' || !(maxAgeMs > 0)) invalidArgument('maxAgeMs must be a positive number');
  if (clock !== undefined && typeof clock?.now !== 'function') invalidArgument('clock must be a clock');
  if (policy !== undefined && typeof policy !== 'object') invalidArgument('policy must be a policy, or null for none');
  for (const name of ['emptyRuleMeansNever', 'allowEmulated', 'allowUnknownElements'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'boolean') invalidArgument(`${name} must be true or false`);
  const { label, spkiSha256, certificate } = expected;
  if (label !== undefined && (typeof label !== 'string' || label === '')) invalidArgument('expected.label must be text');
  if (spkiSha256 !== undefined && !/^[0-9a-f]{64}$/.test(spkiSha256))
    invalidArgument('expected.spkiSha256 must be 64 lower-case hex characters');
  if (certificate !== undefined && !(certificate instanceof Uint8Array)) invalidArgument('expected.certificate must be bytes');
}
