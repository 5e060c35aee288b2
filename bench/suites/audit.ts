import { Scope } from '../../interop/lib/scope.js';
import type { Suite } from '../figure.js';
import { appendFigures } from './audit/append.js';
import { verifyFigures } from './audit/verify.js';

/** The audit log on the disk of the folder for temporary files, by the wall clock. */
export const suite: Suite = {
  title: 'audit log, records per second by the wall clock, each durable (fdatasync) before its append resolves',
  async *run(note) {
    const scope = new Scope();
    try {
      const folder = await scope.folder();
      yield* appendFigures(folder, note);
      yield* verifyFigures(folder, note);
    } finally {
      await scope.close();
    }
  },
};
