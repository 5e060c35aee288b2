import { type CallOptions, type Clock, invalidArgument, knownOptions } from '@securosys/core';
import type { Certificate, RevocationChecker } from '@securosys/pki';
import { type ChainCache, isChainCache } from '../envelope/chain-cache.js';
import type { EnvelopeCompatibility, OpenEnvelopeOptions } from '../envelope/envelope-options.js';
import { isTextRecord } from '../envelope/text-record.js';
import type { PluginConfig, VerificationPlugins } from '../plugin/contract.js';
import type { TrustStore } from '../trust/trust-store.js';

/** What Notation accepts and we refuse, unless a user who needs it says so by name. Everything is off by default. */
export interface NotationCompatibility extends EnvelopeCompatibility {
  /** Critical attributes that nobody understood, as Notation takes them where no plugin looks at them (`notation.md` §20.1 #1, #3). */
  unknownCriticalAttributes?: boolean;
  /** Timestamp tokens in BER, as some authorities write them (`notation.md` §9.2 step 1). */
  berTimestamps?: boolean;
}

/** By what a signature is judged, whatever it is about. `timeoutMs` bounds each request to a responder or a plugin. */
export interface EvaluateRules extends CallOptions {
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
  /** Critical extended attributes that the caller itself acts upon. Default: none. */
  understoodAttributes?: readonly string[];
  /**
   * Asks whether certificates were revoked; only about chains that reach a trust store (S26). Default: nobody is asked, and certificates
   * that name OCSP or CRL fail the check.
   */
  revocation?: RevocationChecker;
  /** Verification plugins of this machine. Default: none, and signatures that name one are refused. */
  plugins?: VerificationPlugins;
  /** Handed to the plugin as it is. */
  pluginConfig?: PluginConfig;
  /** Certificates and chains of earlier envelopes: it makes verification faster and changes no verdict. */
  cache?: ChainCache;
  /** Behaviour of Notation that we do not share. */
  compatibility?: NotationCompatibility;
}

export const ruleNames = [
  'trustStore',
  'clock',
  'allowEmulated',
  'maxSignatureAgeMs',
  'requireExpiry',
  'userMetadata',
  'understoodAttributes',
  'revocation',
  'plugins',
  'pluginConfig',
  'cache',
  'compatibility',
  'signal',
  'timeoutMs',
  'logger',
] as const;

const compatibilityNames = ['unknownCriticalAttributes', 'unknownCriticalExtensions', 'unsortedMaps', 'berTimestamps'];

function texts(name: string, value: unknown): void {
  if (value !== undefined && !isTextRecord(value)) invalidArgument(`${name} is not an object of texts`);
}

function method(name: string, value: object | undefined, member: string): void {
  if (value !== undefined && typeof (value as Record<string, unknown> | null)?.[member] !== 'function')
    invalidArgument(`${name} has no ${member}`);
}

function milliseconds(name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0))
    invalidArgument(`${name} is not a number of milliseconds`);
}

/**
 * Refuses rules of the wrong type, so that none is silently ignored (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkEvaluateRules(rules: EvaluateRules): void {
  const { allowEmulated, requireExpiry, understoodAttributes, trustStore, clock, compatibility } = rules;
  if (allowEmulated !== undefined && typeof allowEmulated !== 'boolean') invalidArgument('allowEmulated is not a boolean');
  if (requireExpiry !== undefined && typeof requireExpiry !== 'boolean') invalidArgument('requireExpiry is not a boolean');
  milliseconds('maxSignatureAgeMs', rules.maxSignatureAgeMs);
  const { timeoutMs } = rules;
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs > 0))
    invalidArgument('timeoutMs is not a positive whole number of milliseconds');
  texts('userMetadata', rules.userMetadata);
  texts('pluginConfig', rules.pluginConfig);
  const isList = Array.isArray(understoodAttributes) && understoodAttributes.every((name) => typeof name === 'string');
  if (understoodAttributes !== undefined && !isList) invalidArgument('understoodAttributes is not a list of names');
  method('revocation', rules.revocation, 'check');
  method('plugins', rules.plugins, 'find');
  if (rules.cache !== undefined && !isChainCache(rules.cache)) invalidArgument('cache was not made by createChainCache');
  if (compatibility !== undefined) {
    knownOptions('compatibility', compatibility, compatibilityNames);
    for (const [name, value] of Object.entries(compatibility))
      if (value !== undefined && typeof value !== 'boolean') invalidArgument(`compatibility: ${name} is not a boolean`);
  }
  if (typeof trustStore?.load !== 'function' || typeof clock?.now !== 'function')
    invalidArgument('a trust store and a clock are needed');
}

/** How the envelope is opened by these rules. */
export function openOptionsOf(
  { cache, compatibility }: EvaluateRules,
  certificates: readonly Certificate[],
): OpenEnvelopeOptions {
  if (!compatibility) return { certificates, ...(cache && { cache }) };
  const { unsortedMaps = false, unknownCriticalExtensions = false } = compatibility;
  return { certificates, ...(cache && { cache }), compatibility: { unsortedMaps, unknownCriticalExtensions } };
}

/** Signal, deadline and logger of the rules, for one request to somebody else. */
export function callOf({ signal, timeoutMs, logger }: EvaluateRules): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}
