import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What has to be undone: programs ended, folders removed, in reverse order. */
export class Scope {
  readonly #undo: (() => unknown)[] = [];

  defer(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** A fresh folder that disappears with the scope. */
  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'interop-'));
    this.defer(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
    return path;
  }

  /** Undoes everything, whatever fails or hangs in between. Calling it again does nothing. */
  async close(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('took over 10 s')), 10_000).unref();
      });
      // Awaited inside, so that a throw and a rejection are the same.
      const done = (async (step) => step())(undo);
      await Promise.race([done, late]).catch((error: unknown) => console.error('interop: cleaning up failed:', error));
    }
  }
}
