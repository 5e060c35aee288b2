import type { StageAnswer, StageJob } from './pass-job.js';
import { Ring } from './ring.js';
import { failureOf } from './stage-failure.js';
import { pieceBytes, type StageWorks, stageWorks } from './stage-steps.js';

/** Does with one slot what the stage does: the first one fills it, the others find in it what that one left. */
async function runSlot(works: StageWorks, slot: Uint8Array, at: number, scratch: Uint8Array | undefined): Promise<void> {
  // It has a thread of its own, so all else is done meanwhile.
  const unpacking = works.unpack?.(slot);
  try {
    for (let from = 0; from < slot.byteLength; from += pieceBytes) {
      const place = slot.subarray(from, from + pieceBytes);
      const first = scratch ? scratch.subarray(0, place.byteLength) : place;
      let piece = first;
      for (const work of works.pieces) piece = work(piece, at + from) ?? piece;
      if (piece !== place) place.set(piece);
      works.letGo();
    }
  } finally {
    await unpacking;
  }
}

/** Runs one stage of a pass to its end. Whatever fails stops the other stages. */
export async function runStage(job: StageJob, tell: (bytes: number) => void): Promise<StageAnswer> {
  const ring = new Ring(job.ring);
  const { stage, after, size } = job;
  // Memory of its own, which stays near the processor: a system that reads into one slot after the other takes five times as long.
  const scratch = stage === 0 ? new Uint8Array(pieceBytes) : undefined;
  try {
    const works = await stageWorks(job, tell);
    try {
      for (let index = 0; index < ring.count(size); index++) {
        const needed = stage === 0 ? index + 1 - ring.slots : index + 1;
        if (!after.every((other) => ring.waitFor(other, needed))) return { kind: 'stopped' };
        await runSlot(works, ring.slot(index, size), index * job.ring.slotBytes, scratch);
        ring.advance(stage);
      }
      return await works.finish();
    } finally {
      scratch?.fill(0);
      works.close();
    }
  } catch (error) {
    ring.stop();
    return { kind: 'failed', failure: failureOf(error) };
  }
}
