import { type Result, rounded } from '../../figure.js';
import type { Outcome } from './rounds.js';

const mostDelayMs = 8;

/** Our rate beside another one, with a goal when there is a least share. What went wrong on our side misses any goal. */
export function rates(figure: string, ours: Outcome, peer: string, theirs: Outcome, leastShare?: number): Result {
  const [rate, other] = [ours.rate ?? 0, theirs.rate];
  const share = other === undefined ? undefined : rate / other;
  const met = share !== undefined && leastShare !== undefined && share >= leastShare && ours.remarks.length === 0;
  return {
    figure: {
      bench: 'pkcs11',
      figure,
      ours: rounded(rate),
      peer: [peer, ...theirs.remarks].join('; '),
      theirs: other === undefined ? null : rounded(other),
      ratio: share === undefined ? null : rounded(share),
    },
    unit: '1/s',
    ...(leastShare !== undefined && { goal: { text: `at least ${leastShare}`, met } }),
  };
}

/** One figure of ours that has a limit and nothing to be compared with. */
export function limited(figure: string, ours: number, unit: string, text: string, met: boolean): Result {
  return {
    figure: { bench: 'pkcs11', figure, ours: rounded(ours), peer: 'none', theirs: null, ratio: null },
    unit,
    goal: { text, met },
  };
}

/** The event loop's delay under full load: of the median round, the 99th percentile. */
export function delay(figure: string, { delayP99Ms = Number.POSITIVE_INFINITY }: Outcome): Result {
  return limited(`${figure}, event-loop delay p99`, delayP99Ms, 'ms', `at most ${mostDelayMs} ms`, delayP99Ms <= mostDelayMs);
}
