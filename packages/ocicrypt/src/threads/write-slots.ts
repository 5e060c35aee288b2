import { directUnit, refusesDirect } from './direct-file.js';
import type { StageJob } from './pass-job.js';

const progressBytes = 4 * 1024 * 1024;
/**
 * Bytes that are written at once where they go through the system's memory: for large writes it takes large pieces of that, which in virtual machines it often
 * has to ask its host for, and that takes as long as all hashes together.
 */
const pieceBytes = 64 * 1024;

/**
 * Writes slots to the target, past the system's memory where that can be done.
 * @param tell what was written so far; not for every slot
 */
export function slotWriter(
  { target, direct }: Pick<StageJob, 'target' | 'direct'>,
  tell: (bytes: number) => void,
): (slot: Uint8Array, at: number) => void {
  const { writeSync } = process.getBuiltinModule('node:fs');
  let past = direct;
  /** As much as can be written past it, in whole units; the rest is not. @returns bytes that were written */
  const writePast = (slot: Uint8Array, at: number): number => {
    const whole = slot.byteLength - (slot.byteLength % directUnit);
    if (past === undefined || whole === 0) return 0;
    try {
      return writeSync(past, slot, 0, whole, at);
    } catch (error) {
      if (!refusesDirect(error)) throw error;
      past = undefined;
      return 0;
    }
  };
  return (slot, at) => {
    for (let from = writePast(slot, at); from < slot.byteLength; )
      from += writeSync(target, slot, from, Math.min(pieceBytes, slot.byteLength - from), at + from);
    const bytes = at + slot.byteLength;
    if (bytes % progressBytes === 0) tell(bytes);
  };
}
