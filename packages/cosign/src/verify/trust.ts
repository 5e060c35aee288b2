import { invalidArgument, knownOptions } from '@securosys/core';
import { checkedAnnotations } from '../annotations.js';
import { type CosignCompatibility, checkedCompatibility } from './compatibility.js';
import { checkedPredicateTypes } from './predicate-list.js';
import { type CosignTimestampPolicy, checkedTimestampPolicy, type TimestampRules } from './timestamp-policy.js';
import { type CosignTrustKey, type TrustedKey, trustedKey } from './trusted-key.js';

/** Whom and what {@link cosignTrust} trusts. */
export interface CosignTrustOptions {
  /** At least one; no key twice. */
  readonly keys: readonly CosignTrustKey[];
  /** How many distinct keys have to have signed. Default 1. */
  readonly threshold?: number;
  /**
   * Attestations of which types count: URIs, or short names of `predicateTypes`. Needed for judging attestations; an empty list allows none.
   * Image signatures have a type of their own and are not concerned.
   */
  readonly predicateTypes?: readonly string[];
  /** Annotations that an image signature has to carry, with exactly these texts. Attestations and blobs have none. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether enough good signatures in any shapes will do, or each shape has to have enough of them. Default `any`. */
  readonly require?: 'any' | 'both';
  /** Timestamps (RFC 3161). Default: they are not looked at. */
  readonly timestamps?: CosignTimestampPolicy;
  readonly compatibility?: CosignCompatibility;
}

/** Checked trust, made by {@link cosignTrust} and by nothing else; verifying with it parses no key again. */
export interface CosignTrust {
  readonly kind: 'cosign';
}

/** What is behind a {@link CosignTrust}. */
export interface TrustRules {
  readonly keys: readonly TrustedKey[];
  readonly threshold: number;
  readonly predicateTypes: ReadonlySet<string> | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly require: 'any' | 'both';
  readonly timestamps: TimestampRules | undefined;
  readonly compatibility: Required<CosignCompatibility>;
}

const names = ['keys', 'threshold', 'predicateTypes', 'annotations', 'require', 'timestamps', 'compatibility'];
const made = new WeakMap<CosignTrust, TrustRules>();

function trustedKeys(given: CosignTrustOptions['keys']): TrustedKey[] {
  if (!Array.isArray(given) || given.length === 0) invalidArgument('cosignTrust: there is no key that could be trusted');
  const keys = given.map(trustedKey);
  // One key under two names would count twice (CVE-2020-15163).
  if (new Set(keys.map(({ hint }) => hint)).size < keys.length) invalidArgument('cosignTrust: one key is there twice');
  return keys;
}

/**
 * Which keys are trusted for cosign signatures, and under which conditions (`cosign.md` §10).
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_MALFORMED` and `ERR_ALGORITHM_UNSUPPORTED` for a key that cosign could not verify with
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { cosignTrust } from '@securosys/cosign';
 * const trust = cosignTrust({ keys: [{ publicKey: await readFile('cosign.pub', 'utf8'), name: 'release' }] });
 * ```
 */
export function cosignTrust(options: CosignTrustOptions): CosignTrust {
  knownOptions('cosignTrust', options, names);
  const { threshold = 1, require = 'any' } = options;
  const keys = trustedKeys(options.keys);
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > keys.length)
    invalidArgument('cosignTrust: threshold is a number from 1 to that of the keys');
  if (require !== 'any' && require !== 'both') invalidArgument("cosignTrust: require is 'any' or 'both'");
  const trust: CosignTrust = Object.freeze({ kind: 'cosign' });
  made.set(trust, {
    keys,
    threshold,
    require,
    predicateTypes: checkedPredicateTypes(options.predicateTypes, 'cosignTrust'),
    annotations: checkedAnnotations(options.annotations),
    timestamps: checkedTimestampPolicy(options.timestamps),
    compatibility: checkedCompatibility(options.compatibility),
  });
  return trust;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for anything that {@link cosignTrust} did not make */
export function rulesOf(trust: CosignTrust): TrustRules {
  return made.get(trust) ?? invalidArgument('trust is not one that cosignTrust made');
}
