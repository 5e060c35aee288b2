import type { Clock } from '@securosys/core';

/** A clock whose sleepers wake in the order of their times: while nothing else happens, time passes at once. */
export function eventClock(): Clock {
  let time = 0;
  let quiet = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const pump = () => {
    if (sleepers.length === 0) return;
    if (quiet++ < 10) return void setImmediate(pump);
    quiet = 0;
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    time = next?.at ?? time;
    next?.wake();
    setImmediate(pump);
  };
  return {
    now: () => time,
    sleep: (ms) =>
      new Promise((wake) => {
        quiet = 0;
        if (sleepers.push({ at: time + ms, wake }) === 1) setImmediate(pump);
      }),
  };
}
