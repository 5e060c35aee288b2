import { durationSeconds } from '../../duration.js';
import { type Finding, type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import type { SigningSubject } from '../subject.js';

/** How far clocks may be apart. */
const skewMs = 300_000;

/** When a signature ends, milliseconds, or why that is nothing to go by. */
function expiryOf({ expiresAt, format }: SigningSubject, wanted: string): number | Finding {
  if (expiresAt === undefined) return unknown(`it is not known when the signature expires; ${wanted}`);
  if (expiresAt === 'never') {
    const none = format?.startsWith('cosign') === true ? 'cosign signatures never expire: sign in a notation format' : wanted;
    return unsatisfied(`the signature never expires; ${none}`);
  }
  const time = Date.parse(expiresAt);
  return Number.isNaN(time) ? unknown(`it is not known when the signature expires; ${wanted}`) : time;
}

/** The signature ends at some time. */
export const requireExpiry: Requirement<true> = {
  name: 'requireExpiry',
  read: (place) => place.only(true),
  judge(_, subject) {
    const found = expiryOf(subject, 'sign with an expiry');
    return typeof found === 'number' ? satisfied : found;
  },
  explain: () => 'the signature has an expiry',
};

/** How long a signature is good at most. */
export const maxValidity: Requirement<string> = {
  name: 'maxValidity',
  read(place) {
    const text = place.text();
    if (!/^[1-9][0-9]{0,8}[smhd]$/.test(text)) place.wrong('is not a duration such as 90d, 12h, 30m or 45s');
    return text;
  },
  judge(longest, subject, { clock }) {
    const wanted = `sign with an expiry of at most ${longest}`;
    const end = expiryOf(subject, wanted);
    if (typeof end !== 'number') return end;
    const start = Date.parse(subject.signedAt ?? '');
    if (Number.isNaN(start)) return unknown(`it is not known when the signature begins; ${wanted}`);
    const mostMs = durationSeconds(longest) * 1000;
    if (end - start > mostMs)
      return unsatisfied(`the signature is good from ${subject.signedAt} to ${subject.expiresAt}; ${wanted}`);
    // A signing time in the future would move the end as far as one likes.
    if (start > clock.now() + skewMs)
      return unsatisfied(`the signature begins in the future, at ${subject.signedAt}; sign with the time that it is`);
    return satisfied;
  },
  explain: (longest) => `the signature expires, at most ${longest} after its signing time`,
};
