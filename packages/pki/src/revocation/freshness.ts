import { isoSeconds } from '@securosys/core';
import { faultError } from './fault.js';

/** How far the clock of whoever signs an answer may be ahead of ours, in milliseconds. */
const skewMs = 5 * 60_000;

/** When an answer was made and until when it holds, milliseconds since 1970. */
export interface Window {
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/**
 * Refuses an answer that is of the future, is past its next update, or names none: such a one would hold for ever.
 * @throws SignError `ERR_NOT_TRUSTED` with `details.rule`
 */
export function checkFresh(what: string, { thisUpdate, nextUpdate }: Window, now: number): void {
  // Each comparison is written so that a `now` that is no number refuses.
  if (!(thisUpdate <= now + skewMs)) throw faultError('not-yet-valid', `${what} is of the future: ${isoSeconds(thisUpdate)}`);
  if (nextUpdate === undefined) throw faultError('next-update-missing', `${what} does not say when the next one comes`);
  if (!(now <= nextUpdate)) throw faultError('expired', `${what} has expired at ${isoSeconds(nextUpdate)}`);
}
