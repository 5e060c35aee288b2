import { sanitizeText } from '@securosys/core';
import type { Place } from '../place.js';
import { policyPurposes } from '../purposes.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import type { SigningSubject } from '../subject.js';
import { mostItems, oneOf } from './lists.js';

/** A key by its public half, an AES key by its check value, or, where that was asked for by name, a key pair by its label alone. */
type KeyRule = { readonly label?: string; readonly spkiSha256?: string; readonly checkSha256?: string };
type Subject = Pick<SigningSubject, 'key' | 'symmetricKey'>;

function hashIn(place: Place | undefined): string | undefined {
  const hash = place?.text();
  if (place && !/^[0-9a-f]{64}$/.test(hash ?? '')) place.wrong('is not a SHA-256 in 64 lower-case hex characters');
  return hash;
}

function readKey(place: Place): KeyRule {
  const found = place.members(['spkiSha256', 'checkSha256', 'label', 'labelAlone']);
  const label = found.get('label')?.text(256);
  const [spkiSha256, checkSha256] = [hashIn(found.get('spkiSha256')), hashIn(found.get('checkSha256'))];
  const alone = found.get('labelAlone')?.only(true) === true;
  if (spkiSha256 !== undefined && checkSha256 !== undefined)
    place.wrong('has a spkiSha256, which key pairs have, and a checkSha256, which AES keys have: name two keys');
  const hash = spkiSha256 ?? checkSha256;
  if (alone && hash !== undefined)
    place.wrong(`has a ${spkiSha256 === undefined ? 'checkSha256' : 'spkiSha256'}, so labelAlone is not true`);
  if (hash === undefined && !(alone && label !== undefined))
    place.wrong(
      'needs spkiSha256: another key can get the same label. If any key of that label is meant, say labelAlone: true beside label',
    );
  return {
    ...(label !== undefined && { label }),
    ...(spkiSha256 !== undefined && { spkiSha256 }),
    ...(checkSha256 !== undefined && { checkSha256 }),
  };
}

function shown({ label, spkiSha256, checkSha256 }: KeyRule): string {
  const name = label === undefined ? '' : `'${label}' `;
  if (checkSha256 !== undefined) return `${name}[AES key ${checkSha256}]`;
  return spkiSha256 === undefined ? `any key labelled '${label}'` : `${name}[key ${spkiSha256}]`;
}

type Fit = 'yes' | 'no' | 'unknown';

function labelled(rule: KeyRule, label: string | undefined): Fit {
  if (rule.label === undefined || rule.label === label) return 'yes';
  return label === undefined ? 'unknown' : 'no';
}

/**
 * What a key does not have that a rule names. A label that is meant alone may have been said of key pairs only: whether an AES key of that label is
 * meant, nobody knows.
 */
function fits(rule: KeyRule, { key, symmetricKey }: Subject): Fit {
  if (!symmetricKey) {
    const isOther = rule.checkSha256 !== undefined || (rule.spkiSha256 ?? key?.spkiSha256) !== key?.spkiSha256;
    return isOther ? 'no' : labelled(rule, key?.label);
  }
  const { checkSha256, label } = symmetricKey;
  if (rule.checkSha256 === undefined) return rule.spkiSha256 === undefined && labelled(rule, label) !== 'no' ? 'unknown' : 'no';
  if (checkSha256 === undefined) return 'unknown';
  return rule.checkSha256 === checkSha256 ? labelled(rule, label) : 'no';
}

/** The key that is used, for a reason. */
function usedText({ key, symmetricKey }: Subject): string {
  const label = symmetricKey ? symmetricKey.label : key?.label;
  const name = label === undefined ? '' : `'${sanitizeText(label, 256)}' `;
  if (!symmetricKey) return `${name}[key ${key?.spkiSha256}]`;
  const { checkSha256 } = symmetricKey;
  return `${name}[AES key ${checkSha256 ?? 'that may not encrypt, so that nobody knows its check value'}]`;
}

/** By which keys. */
export const keys: Requirement<readonly KeyRule[]> = {
  name: 'keys',
  about: policyPurposes,
  condition: true,
  read: (place) => place.items(mostItems).map(readKey),
  judge(rules, subject) {
    const { key, symmetricKey } = subject;
    const allowed = oneOf(rules.map(shown));
    if (!key && !symmetricKey) return unknown(`it is not known which key is used; allowed is ${allowed}`);
    const found = rules.map((rule) => fits(rule, subject));
    if (found.includes('yes')) return satisfied;
    const reason = `the key is ${usedText(subject)}; allowed is ${allowed}`;
    if (!found.includes('unknown')) return unsatisfied(reason);
    return unknown(`${reason}; ${symmetricKey ? 'an AES key is named by its checkSha256' : 'its label is not known'}`);
  },
  explain: (rules) => `the key is ${oneOf(rules.map(shown))}`,
};
