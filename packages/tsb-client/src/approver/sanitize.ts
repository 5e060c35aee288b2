import { type Claims, type Descriptor, type SigningFacts, sanitizeText } from '@securosys/core';
import type { ModifyPolicy, PolicyRule } from '../api/policy.js';
import { distinct, type Statements } from '../metadata/distinct.js';
import type { PolicyChange } from '../policy/change.js';

/** Longest name shown, in UTF-16 units after escaping. */
export const nameLimit = 200;
/** Longest text shown. */
export const textLimit = 2_000;
/** Most claims shown. */
export const claimLimit = 100;
/** For digests, and for measuring. */
export const whole = Number.POSITIVE_INFINITY;

/** Statements safe to show (S11), one line for each. */
function cleanMap(entries: Statements): Readonly<Record<string, string>> {
  return distinct(entries.map(([name, text]) => [sanitizeText(name, nameLimit), sanitizeText(text, textLimit)]));
}

/** Claims safe to show. */
export function cleanClaims(claims: Statements): Claims {
  return cleanMap(claims.slice(0, claimLimit));
}

/** A descriptor safe to show. Its digest is what people compare, so it is never cut. */
function cleanSubject(subject: Descriptor): Descriptor {
  const { mediaType, digest, size, artifactType, annotations } = subject;
  return {
    mediaType: sanitizeText(mediaType),
    digest: sanitizeText(digest, whole),
    size,
    ...(artifactType !== undefined && { artifactType: sanitizeText(artifactType) }),
    ...(annotations && { annotations: cleanMap(Object.entries(annotations)) }),
  };
}

/** Facts safe to show. They come from foreign bytes too. */
export function cleanFacts(facts: SigningFacts): SigningFacts {
  const { format, title, subject, signedAt, expiresAt, details } = facts;
  return {
    format: sanitizeText(format),
    title: sanitizeText(title, textLimit),
    ...(subject && { subject: cleanSubject(subject) }),
    ...(signedAt !== undefined && { signedAt: sanitizeText(signedAt) }),
    ...(expiresAt !== undefined && { expiresAt: sanitizeText(expiresAt) }),
    ...(details && { details: cleanMap(Object.entries(details)) }),
  };
}

function cleanRule(rule: PolicyRule | null): PolicyRule | null {
  const named = <T extends { readonly name?: string | undefined }>(one: T): T =>
    one.name === undefined ? one : { ...one, name: sanitizeText(one.name) };
  const tokens = rule?.tokens?.map((token) => ({
    ...named(token),
    groups: token.groups?.map((group) => ({ ...named(group), approvals: group.approvals.map(named) })) ?? null,
  }));
  return rule && { ...rule, tokens: tokens ?? null };
}

/** Rules safe to show: their names are free text. */
export function cleanPolicy({ ruleUse, ruleBlock, ruleUnblock, ruleModify }: ModifyPolicy): ModifyPolicy {
  return {
    ruleUse: cleanRule(ruleUse),
    ruleBlock: cleanRule(ruleBlock),
    ruleUnblock: cleanRule(ruleUnblock),
    ruleModify: cleanRule(ruleModify),
  };
}

/** Differences of rules safe to show: names of people and of groups are free text. */
export function cleanChanges(changes: readonly PolicyChange[]): PolicyChange[] {
  const clean = <T extends string | number | undefined>(value: T) => (typeof value === 'string' ? sanitizeText(value) : value);
  return changes.map(({ before, after, ...change }) => ({
    ...change,
    path: sanitizeText(change.path),
    ...(before !== undefined && { before: clean(before) }),
    ...(after !== undefined && { after: clean(after) }),
  }));
}
