import { inspect } from 'node:util';

/** The whole message, which holds what a program said, and the first frames of the stack. */
function whereAndWhat({ name, message, stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return [`${name}: ${message}`, ...frames.slice(0, 4)].join('\n');
}

/** How many cases ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One line per case on standard output, and the count at the end. */
export class Report {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** Runs one case. A case that fails or passes its deadline is `not ok`; the others still run. */
  async case(name: string, body: () => Promise<void>, deadlineMs = 60_000): Promise<void> {
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${deadlineMs / 1000} s`)), deadlineMs);
    });
    try {
      await Promise.race([body(), late]);
      this.#passed++;
      console.log(`ok ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      this.fail(name, error);
    } finally {
      clearTimeout(timer);
    }
  }

  fail(name: string, error: unknown): void {
    this.#failed++;
    const text = error instanceof Error ? whereAndWhat(error) : inspect(error);
    const cause = error instanceof Error && error.cause !== undefined ? `\ncause: ${inspect(error.cause)}` : '';
    console.log(`not ok ${name}\n${(text + cause).replace(/^/gm, '    ')}`);
  }

  skip(name: string, reason: string): void {
    this.#skipped++;
    console.log(`skipped ${name}: ${reason}`);
  }

  counts(): Counts {
    return { passed: this.#passed, failed: this.#failed, skipped: this.#skipped };
  }

  /** What another process has counted. */
  add({ passed, failed, skipped }: Counts): void {
    this.#passed += passed;
    this.#failed += failed;
    this.#skipped += skipped;
  }

  /** Prints the count. */
  end(): { failed: boolean } {
    console.log(`${this.#passed} passed, ${this.#failed} failed${this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`}`);
    // A run without a single case proves nothing, unless it says why.
    return { failed: this.#failed > 0 || this.#passed + this.#skipped === 0 };
  }
}
