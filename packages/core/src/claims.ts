import type { Claims } from './facts.js';

/** Name of the claim that says which digest a tag named before. It says by itself that its digest is not what is signed. */
const movedFrom = 'tag moved from';
const wholeDigest = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * What approvers are told of a tag: that the signature is for it, and which digest it named before. Approvers' tools refuse any other claim
 * that names a digest other than the one that is signed.
 * @param from digest of an OCI descriptor, `sha256:…`; absent when the tag is new or did not move
 */
export function tagClaims(tag: string, from?: string): Claims {
  return { tag, ...(from !== undefined && { [movedFrom]: from }) };
}

const formerTag = /^(?:before|removed): (?:custom data of )?tag \S{1,200}$/;
const formerTagText = /^sha256:[0-9a-f]{64} \(\d{1,16} bytes\)$/;
const formerKeys = /^(?:before|removed): (?:role|delegation) \S{1,255}$/;
const formerKeysText = /^\d{1,4} of \d{1,4} keys: [0-9a-f]{64}(?:, [0-9a-f]{64}){0,999}(?:; names: .{1,1000})?$/;
const formerCertificate = /^(?:before|removed): certificate of [0-9a-f]{64}$/;

/**
 * What approvers are told of something that a message changes, which the message itself cannot prove: a claim whose name says that its digests
 * are not those that are signed.
 * @param what `tag 1.4`, `custom data of tag 1.4`, `role root`, `delegation targets/ci`, `certificate of <id>`
 * @param removed whether the message has it no more
 */
export function formerClaim(what: string, text: string, removed: boolean): Claims {
  return { [`${removed ? 'removed' : 'before'}: ${what}`]: text };
}

const notShown = 'one of the tags that are not shown';
const aboutChange = /^(added|changed|removed): ((?:tag|custom data of tag|role|delegation|certificate of) .+)$/s;

/**
 * What approvers are told that a message adds or changes: the words of the facts, which the message proves.
 * @param what as for {@link formerClaim}
 * @param details of the facts of the message; of what they do not show, only that is said
 */
export function changedClaim(
  what: string,
  text: string,
  kind: 'added' | 'changed',
  details: Readonly<Record<string, string>> = {},
): Claims {
  return { [`${kind}: ${what}`]: Object.hasOwn(details, what) && details[what] === text ? text : notShown };
}

/**
 * Whether a claim says that something is added, changed or removed, and the facts say otherwise: another digest, though it be that of another
 * tag, something that is not there, or that still is.
 * @param details of the facts
 */
export function contradictsChange(name: string, text: string, details: Readonly<Record<string, string>> = {}): boolean {
  const [, kind, what = ''] = aboutChange.exec(name) ?? [];
  if (kind === undefined) return false;
  const proven = Object.hasOwn(details, what) ? details[what] : undefined;
  return kind === 'removed' ? proven !== undefined : text !== (proven ?? notShown);
}

/** Whether a claim is one of {@link formerClaim}: a whole digest and a size, whole ids of keys, or the name in a certificate. */
function isFormerClaim(name: string, text: string): boolean {
  if (formerTag.test(name)) return formerTagText.test(text);
  if (formerKeys.test(name)) return formerKeysText.test(text);
  return formerCertificate.test(name) && !/[0-9a-f]{64}/.test(text);
}

/**
 * Whether a claim is the one of {@link tagClaims} about what a tag named before, a whole digest and nothing else, or one of
 * {@link formerClaim}: approvers' tools take its digests for what they are.
 */
export function isMovedFromClaim(name: string, text: string): boolean {
  return (name === movedFrom && wholeDigest.test(text)) || isFormerClaim(name, text);
}
