import { sanitizeText } from '@securosys/core';
import type { Place } from '../place.js';
import { policyPurposes } from '../purposes.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import type { SigningSubjectKey } from '../subject.js';
import { mostItems, oneOf } from './lists.js';

/** A key by its public half, or, where that was asked for by name, by its label alone. */
type KeyRule = { readonly label?: string; readonly spkiSha256?: string };

function readKey(place: Place): KeyRule {
  const found = place.members(['spkiSha256', 'label', 'labelAlone']);
  const label = found.get('label')?.text(256);
  const hash = found.get('spkiSha256');
  const spkiSha256 = hash?.text();
  if (hash && !/^[0-9a-f]{64}$/.test(spkiSha256 ?? '')) hash.wrong('is not a SHA-256 in 64 lower-case hex characters');
  const alone = found.get('labelAlone')?.only(true) === true;
  if (alone && spkiSha256 !== undefined) place.wrong('has a spkiSha256, so labelAlone is not true');
  if (spkiSha256 === undefined && !(alone && label !== undefined))
    place.wrong(
      'needs spkiSha256: another key can get the same label. If any key of that label is meant, say labelAlone: true beside label',
    );
  return { ...(label !== undefined && { label }), ...(spkiSha256 !== undefined && { spkiSha256 }) };
}

const shown = ({ label, spkiSha256 }: KeyRule): string =>
  spkiSha256 === undefined ? `any key labelled '${label}'` : `${label === undefined ? '' : `'${label}' `}[key ${spkiSha256}]`;

/** What a key does not have that a rule names: `missing` when nobody knows. */
function fits(rule: KeyRule, key: SigningSubjectKey): 'yes' | 'no' | 'unknown' {
  if (rule.spkiSha256 !== undefined && rule.spkiSha256 !== key.spkiSha256) return 'no';
  if (rule.label === undefined || rule.label === key.label) return 'yes';
  return key.label === undefined ? 'unknown' : 'no';
}

/** By which keys. */
export const keys: Requirement<readonly KeyRule[]> = {
  name: 'keys',
  about: policyPurposes,
  condition: true,
  read: (place) => place.items(mostItems).map(readKey),
  judge(rules, { key }) {
    const allowed = oneOf(rules.map(shown));
    if (!key) return unknown(`it is not known which key is used; allowed is ${allowed}`);
    const found = rules.map((rule) => fits(rule, key));
    if (found.includes('yes')) return satisfied;
    const name = key.label === undefined ? '' : `'${sanitizeText(key.label, 256)}' `;
    const reason = `the key is ${name}[key ${key.spkiSha256}]; allowed is ${allowed}`;
    return found.includes('unknown') ? unknown(`${reason}; its label is not known`) : unsatisfied(reason);
  },
  explain: (rules) => `the key is ${oneOf(rules.map(shown))}`,
};
