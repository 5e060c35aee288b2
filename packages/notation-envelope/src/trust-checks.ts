import { type Descriptor, equalBytes } from '@securosys/core';
import { type Certificate, isEmulated } from '@securosys/pki';
import { attribute } from './constants.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { OpenEnvelope } from './open-envelope.js';
import type { PolicyStatement } from './policy-statement.js';
import { refuse } from './refusal.js';
import type { TrustStore } from './trust-store.js';
import type { TrustStoreType } from './trust-store-name.js';
import { matchesIdentity } from './trusted-identity.js';

/** Signing times up to this far ahead of our clock are taken for a difference between clocks. */
const clockSkewMs = 5 * 60_000;

/** Critical extended attributes must be understood, whatever the policy says (`notation.md` §20.1 #1). */
export function checkCriticalAttributes({ attributes }: OpenEnvelope, understood: readonly string[] = []): void {
  if (attributes.extended.has(attribute.verificationPlugin) || attributes.extended.has(attribute.verificationPluginMinVersion))
    refuse('verification-plugin', 'the signature demands a verification plugin, and none can be run');
  if (attributes.criticalExtended.some((name) => typeof name !== 'string' || !understood.includes(name)))
    refuse('unknown-critical-attribute', 'the signature has a critical attribute that nobody here understands');
}

/** A store that a statement names: its certificates, or why they cannot be had. */
export interface LoadedStore {
  readonly type: TrustStoreType;
  readonly certificates: readonly Certificate[];
  readonly error?: unknown;
}

/** Reads every store of a statement, each once. */
export async function loadStores(statement: PolicyStatement, store: TrustStore): Promise<readonly LoadedStore[]> {
  const names = new Map(statement.trustStores.map((entry) => [`${entry.type}:${entry.name}`, entry]));
  return Promise.all(
    [...names.values()].map(({ type, name }) =>
      store.load(type, name).then(
        (certificates) => ({ type, certificates }),
        (error: unknown) => ({ type, certificates: [], error }),
      ),
    ),
  );
}

/**
 * Certificates of the stores that the scheme may use (`notation.md` §4, §13). No store gives none; a store that cannot be had
 * is an error, also beside others.
 */
export function anchorsFor({ attributes }: OpenEnvelope, stores: readonly LoadedStore[]): readonly Certificate[] {
  const type = attributes.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const ours = stores.filter((store) => store.type === type);
  for (const { error } of ours) if (error !== undefined) throw error;
  return ours.flatMap(({ certificates }) => certificates);
}

/**
 * Authenticity: some certificate of the chain is byte-equal to an anchor (`notation.md` §13), and the leaf is one of the trusted
 * identities (§14.4). No anchors means nobody.
 */
export function checkAuthenticity(statement: PolicyStatement, { chain }: OpenEnvelope, anchors: readonly Certificate[]): void {
  if (!anchors.some((anchor) => chain.some((certificate) => equalBytes(certificate.der, anchor.der))))
    refuse('not-anchored', 'no certificate of the chain is in a trust store of the policy');
  if (!matchesIdentity(statement.identities, chain[0]))
    refuse('identity', "the signer's subject is none of the trusted identities");
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

/** A certificate that names where its revocation can be asked must be asked for; we cannot yet, so it fails. */
export function checkRevocation(chain: readonly Certificate[]): void {
  if (chain.some(({ hasRevocationInfo }) => hasRevocationInfo))
    refuse('revocation-not-available', 'a certificate of the chain names OCSP or CRL, and revocation is not available');
}

/** S22: the caller's own limits on how old a signature may be. */
export function checkFreshness({ attributes }: OpenEnvelope, now: number, options: EvaluateOptions): void {
  const { maxSignatureAgeMs, requireExpiry } = options;
  if (requireExpiry && attributes.expiry === undefined) refuse('no-expiry', 'the signature never expires');
  if (maxSignatureAgeMs === undefined) return;
  const age = now - attributes.signingTime;
  if (age > maxSignatureAgeMs || age < -clockSkewMs) refuse('too-old', 'the signing time is too long ago, or in the future');
}

/** The signed descriptor is the artifact's: media type, digest, size (`notation.md` §2); annotations are not compared. */
export function checkSubject(signed: Descriptor, wanted: Descriptor): void {
  if (signed.digest !== wanted.digest || signed.mediaType !== wanted.mediaType || signed.size !== wanted.size)
    refuse('subject-mismatch', 'something else was signed than the artifact in question');
}

/** Every annotation that the caller asks for is signed with this value. */
export function checkUserMetadata(signed: Descriptor, wanted: Readonly<Record<string, string>> = {}): void {
  const annotations = signed.annotations ?? {};
  for (const [name, value] of Object.entries(wanted))
    if (!Object.hasOwn(annotations, name) || annotations[name] !== value)
      refuse('user-metadata', 'a demanded annotation is not signed');
}
