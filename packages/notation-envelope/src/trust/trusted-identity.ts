import { SignError, sanitizeText } from '@securosys/core';
import { attributeNames, type Certificate } from '@securosys/pki';
import { parseDistinguishedName } from './distinguished-name.js';

/** One entry of `trustedIdentities`, parsed. */
export type TrustedIdentity =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'subject'; readonly subject: ReadonlyMap<string, string> }
  /** A prefix that only a verification plugin could judge; it never matches here. */
  | { readonly kind: 'foreign'; readonly prefix: string };

function fail(why: string): never {
  throw new SignError('ERR_INVALID_ARGUMENT', `trust policy: ${why}`);
}

function parseOne(text: string): TrustedIdentity {
  if (text === '*') return { kind: 'anyone' };
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return fail(`trusted identity '${sanitizeText(text, 80)}' is not prefix:value`);
  const prefix = text.slice(0, colon);
  return prefix === 'x509.subject'
    ? { kind: 'subject', subject: parseDistinguishedName(text.slice(colon + 1)) }
    : { kind: 'foreign', prefix };
}

const covers = (small: ReadonlyMap<string, string>, large: ReadonlyMap<string, string>): boolean =>
  [...small].every(([type, value]) => large.get(type) === value);

/**
 * Parses `trustedIdentities` (`notation.md` §14.4): `*` alone, or any number of `prefix:value` of which no subject includes another.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseTrustedIdentities(list: readonly string[]): readonly TrustedIdentity[] {
  const identities = list.map(parseOne);
  if (list.length > 1 && identities.some((identity) => identity.kind === 'anyone'))
    fail("'*' stands beside other trusted identities");
  const subjects = identities.flatMap((identity) => (identity.kind === 'subject' ? [identity.subject] : []));
  subjects.forEach((a, i) => {
    if (subjects.some((b, j) => i !== j && covers(a, b))) fail('one trusted identity includes another');
  });
  return identities;
}

/**
 * The leaf's subject as notation compares it, or `undefined` when no `x509.subject` identity can match it: an attribute of
 * another type, a type twice, or C, ST or O absent (`notation.md` §14.4).
 */
export function comparableSubject(leaf: Certificate): ReadonlyMap<string, string> | undefined {
  if (!subjects.has(leaf)) subjects.set(leaf, readSubject(leaf));
  return subjects.get(leaf);
}

/** A certificate never changes, and one that is cached is asked for its subject again and again. */
const subjects = new WeakMap<Certificate, ReadonlyMap<string, string> | undefined>();

function readSubject(leaf: Certificate): ReadonlyMap<string, string> | undefined {
  const out = new Map<string, string>();
  // Relative names of several attributes count as if they stood alone: notation flattens them before it compares.
  for (const { oid, value } of leaf.subject.flat()) {
    const type = attributeNames.get(oid);
    if (type === undefined || value === undefined || out.has(type) || value.includes('=#')) return undefined;
    out.set(type, value);
  }
  return ['C', 'ST', 'O'].every((type) => out.get(type)) ? out : undefined;
}

/** Whether one of the identities is the leaf's. An empty list is nobody. */
export function matchesIdentity(identities: readonly TrustedIdentity[], leaf: Certificate): boolean {
  const subject = comparableSubject(leaf);
  return identities.some(
    (identity) =>
      identity.kind === 'anyone' || (identity.kind === 'subject' && subject !== undefined && covers(identity.subject, subject)),
  );
}
