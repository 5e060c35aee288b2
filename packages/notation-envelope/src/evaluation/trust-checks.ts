import type { Descriptor } from '@securosys/core';
import { type Certificate, isEmulated } from '@securosys/pki';
import { attribute } from '../constants.js';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import { refuse } from '../refusal.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import { anchorOf, certificatesIn, type LoadedStore } from '../trust/trust-anchors.js';
import { matchesIdentity } from '../trust/trusted-identity.js';
import type { OpenResult } from './evaluate-checks.js';
import type { EvaluateRules } from './evaluate-rules.js';
import { isForPlugins } from './verification-plugin-request.js';

/** Signing times up to this far ahead of our clock are taken for a difference between clocks. */
const clockSkewMs = 5 * 60_000;
/** Attributes that the host itself acts upon. */
const pluginAttributes: readonly string[] = [attribute.verificationPlugin, attribute.verificationPluginMinVersion];

/**
 * Critical extended attributes must be understood, whatever the policy says (`notation.md` §20.1 #1). Where a verification plugin is named
 * it is given those with text names and values that JSON has (#3); the others nobody can be told of.
 */
export function checkCriticalAttributes({ attributes }: OpenEnvelope, rules: EvaluateRules): void {
  const { extended, criticalExtended } = attributes;
  if (criticalExtended.length === 0 || rules.compatibility?.unknownCriticalAttributes === true) return;
  const left = criticalExtended.filter(
    (name) =>
      !(typeof name === 'string' && (rules.understoodAttributes?.includes(name) || pluginAttributes.includes(name))) &&
      !(extended.has(attribute.verificationPlugin) && isForPlugins(name, extended.get(name))),
  );
  if (left.length > 0) refuseCritical();
}

/** @throws SignError always */
export function refuseCritical(): never {
  return refuse('unknown-critical-attribute', 'the signature has a critical attribute that nobody here understands');
}

/** Authenticity: some certificate of the chain is an anchor of the stores (`notation.md` §13). No anchors means nobody. */
export function checkAnchor(result: OpenResult, { chain }: OpenEnvelope, stores: readonly LoadedStore[]): void {
  certificatesIn(stores);
  result.anchor =
    anchorOf(chain, stores) ?? refuse('not-anchored', 'no certificate of the chain is in a trust store of the policy');
}

/** Authenticity: the leaf is one of the trusted identities (`notation.md` §14.4). */
export function checkIdentity({ identities }: VerificationStatement, { chain }: OpenEnvelope): void {
  if (!matchesIdentity(identities, chain[0])) refuse('identity', "the signer's subject is none of the trusted identities");
}

/** S34: a chain with the emulator's mark is nobody's, even where somebody pinned it. An anchor counts only as part of the chain. */
export function checkEmulation(chain: readonly Certificate[]): void {
  if (chain.some(isEmulated)) refuse('emulated', 'the certificates were issued by an emulator');
}

/** Expiry: refused from the expiry itself on (`notation.md` §20.1 #5). */
export function checkExpiry({ attributes }: OpenEnvelope, now: number): void {
  if (attributes.expiry !== undefined && now >= attributes.expiry) refuse('expired', 'the signature has expired');
}

/**
 * Authentic timestamp without timestamps (`notation.md` §9.3): now, or the signing authority's time, lies inside the validity of
 * every certificate.
 */
export function checkAuthenticTime({ attributes, chain }: OpenEnvelope, now: number): void {
  const at = attributes.scheme === 'notary.x509' ? now : attributes.signingTime;
  if (chain.some(({ notBefore }) => at < notBefore))
    refuse('certificate-not-yet-valid', 'a certificate of the chain was not valid yet');
  if (chain.some(({ notAfter }) => at > notAfter)) refuse('certificate-expired', 'a certificate of the chain has expired');
}

/** S22: the caller's own limits on how old a signature may be. */
export function checkFreshness({ attributes }: OpenEnvelope, now: number, options: EvaluateRules): void {
  const { maxSignatureAgeMs, requireExpiry } = options;
  if (requireExpiry && attributes.expiry === undefined) refuse('no-expiry', 'the signature never expires');
  if (maxSignatureAgeMs === undefined) return;
  const age = now - attributes.signingTime;
  if (age > maxSignatureAgeMs || age < -clockSkewMs) refuse('too-old', 'the signing time is too long ago, or in the future');
}

/** The signed descriptor is the artifact's: media type, digest, size (`notation.md` §2); annotations are not compared. */
export function checkSubject(signed: Descriptor, wanted: Pick<Descriptor, 'digest' | 'size'> & { mediaType?: string }): void {
  const { digest, size, mediaType = signed.mediaType } = wanted;
  if (signed.digest !== digest || signed.mediaType !== mediaType || signed.size !== size)
    refuse('subject-mismatch', 'something else was signed than the artifact in question');
}

/** Every annotation that the caller asks for is signed with this value. */
export function checkUserMetadata(signed: Descriptor, wanted: Readonly<Record<string, string>> = {}): void {
  const annotations = signed.annotations ?? {};
  for (const [name, value] of Object.entries(wanted))
    if (!Object.hasOwn(annotations, name) || annotations[name] !== value)
      refuse('user-metadata', 'a demanded annotation is not signed');
}
