import type { StageJob } from './pass-job.js';
import type { Ring } from './ring.js';
import { pieceBytes } from './stage-steps.js';

const progressBytes = 4 * 1024 * 1024;

/**
 * Writes slots to the target, one with each call, whoever makes it: what the system takes for it is, by turns, nothing and more than all hashes.
 * @param tell what was written so far; not for every slot
 * @returns a function that returns `false` when there is nothing to write now
 */
export function slotWriter(
  { target, size, ring: { slotBytes } }: StageJob,
  ring: Ring,
  tell: (bytes: number) => void,
): () => boolean {
  const { writeSync } = process.getBuiltinModule('node:fs');
  return () => {
    const index = ring.takeWrite();
    if (index === undefined) return false;
    const slot = ring.slot(index, size);
    const at = index * slotBytes;
    for (let from = 0; from < slot.byteLength; )
      from += writeSync(target, slot, from, Math.min(pieceBytes, slot.byteLength - from), at + from);
    ring.wrote();
    const bytes = at + slot.byteLength;
    if (bytes % progressBytes === 0) tell(bytes);
    return true;
  };
}
