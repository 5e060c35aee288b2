import type { StageAnswer, StageJob } from './pass-job.js';
import { Ring, type RingNeed } from './ring.js';
import { failureOf } from './stage-failure.js';
import { pieceBytes, type StageWorks, stageWorks } from './stage-steps.js';

/** Does with one slot, piece by piece, what the stage does: the first one fills it, the others find in it what that one left. */
function runPieces(works: StageWorks, slot: Uint8Array, at: number, scratch: Uint8Array | undefined): void {
  if (works.pieces.length === 0) return;
  for (let from = 0; from < slot.byteLength; from += pieceBytes) {
    const place = slot.subarray(from, from + pieceBytes);
    const first = scratch ? scratch.subarray(0, place.byteLength) : place;
    let piece = first;
    for (const work of works.pieces) piece = work(piece, at + from) ?? piece;
    if (piece !== place) place.set(piece);
    works.letGo();
  }
}

/** What has to be so before a stage works on a slot. */
function needsOf({ stage, others }: StageJob, index: number, slots: number): readonly RingNeed[] {
  if (stage !== 0) return [[0, index + 1]];
  return others.map((other) => [other, index + 1 - slots]);
}

/** Runs one stage of a pass to its end. Whatever fails stops the other stages. */
export async function runStage(job: StageJob, tell: (bytes: number) => void): Promise<StageAnswer> {
  const ring = new Ring(job.ring);
  const { stage, size } = job;
  const count = ring.count(size);
  // Memory of its own, which stays near the processor: a system that reads into one slot after the other takes five times as long.
  const scratch = stage === 0 ? new Uint8Array(pieceBytes) : undefined;
  try {
    const works = await stageWorks(job, tell);
    try {
      for (let index = 0; index < count; index++) {
        if (!ring.waitFor(needsOf(job, index, ring.slots))) return { kind: 'stopped' };
        const [slot, at] = [ring.slot(index, size), index * job.ring.slotBytes];
        // It has a thread of its own, so all else is done meanwhile.
        const unpacking = works.unpack?.(slot);
        works.write?.(slot, at);
        runPieces(works, slot, at, scratch);
        await unpacking;
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
