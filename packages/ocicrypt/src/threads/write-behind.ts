import type { FileHandle } from 'node:fs/promises';

/** Bytes that are worth a request to the disk. */
const stretch = 128 * 1024 * 1024;

/** Lets the disk begin with what is written while the rest is computed: the sync at the end of a large file then has little to wait for. */
export interface WriteBehind {
  /** Told how many bytes are written. */
  wrote(bytes: number): void;
  /** Resolves when the disk has no request. @throws what the system said: it says it once, so the sync at the end would be told nothing */
  settle(): Promise<void>;
}

export function writeBehind(file: FileHandle): WriteBehind {
  let asked = 0;
  let running: Promise<void> | undefined;
  let failures: unknown[] = [];
  return {
    wrote(bytes) {
      if (running || bytes - asked < stretch) return;
      asked = bytes;
      running = file.datasync().catch((error: unknown) => {
        failures = [error];
      });
      void running.then(() => {
        running = undefined;
      });
    },
    async settle() {
      await running;
      if (failures.length > 0) throw failures[0];
    },
  };
}
