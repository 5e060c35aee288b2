/** Says when answers go out. Times in milliseconds of a monotonic clock. */
export interface Pace {
  /** Work begins, at first or after a message of answers. */
  begin(now: number): void;
  /** What is done from now on may wait for so long. */
  wait(patienceMs: number): void;
  /** One more command is done. True when what was answered so far has to go out. */
  done(now: number): boolean;
}

/**
 * Few messages where much is to be done and no waiting where little is: whoever sends the requests says how long their answers may wait for
 * others. On a busy machine a thread is often held up for longer than its work takes: if that counted, messages would become small and many
 * just where they cost most. So work counts as it usually is, which follows short times at once and long ones slowly; only twice the
 * patience is the end of it, however it was spent.
 */
export function createPace(): Pace {
  let usual = 4;
  let [patience, count, since, last] = [0, 0, 0, 0];
  return {
    begin(now) {
      count = 0;
      since = now;
      last = now;
    },
    wait(patienceMs) {
      patience = patienceMs;
    },
    done(now) {
      const took = now - last;
      last = now;
      count++;
      usual += (took < usual ? 0.3 : 0.02) * (took - usual);
      return count * usual >= patience || now - since >= 2 * patience;
    },
  };
}
