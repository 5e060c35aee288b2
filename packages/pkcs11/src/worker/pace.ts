/** Answers wait about this long for others, in milliseconds of work as it usually is. */
const patienceMs = 4;
/** And never longer than this, however long it took. */
const limitMs = 8;

/** Says when the answers of a batch go out. Times in milliseconds of a monotonic clock. */
export interface Pace {
  /** A batch, or what comes after a message of answers, begins. */
  begin(now: number): void;
  /** One more command is done. True when what was answered so far has to go out. */
  done(now: number): boolean;
}

/**
 * Few messages for fast work and no waiting for slow work. On a busy machine a thread is often held up for longer than its work takes: if that
 * counted, messages would become small and many just where they cost most. So what a command usually takes follows short times at
 * once and long ones slowly.
 */
export function createPace(): Pace {
  let usual = patienceMs;
  let [count, since, last] = [0, 0, 0];
  return {
    begin(now) {
      count = 0;
      since = now;
      last = now;
    },
    done(now) {
      const took = now - last;
      last = now;
      count++;
      usual += (took < usual ? 0.3 : 0.02) * (took - usual);
      return count * usual >= patienceMs || now - since >= limitMs;
    },
  };
}
