import type { Lane } from './lane.js';
import type { HostFailure } from './outcome.js';

/** Counts lanes that were given up because their threads hang in the module, until those come out of it. */
export class HangingLanes {
  count = 0;

  /** A lane is lost: its thread hangs, or has ended. One that comes out of the module after all is ended. */
  lost(lane: Lane, failure: HostFailure): void {
    const stuck = failure.worker === 'stuck';
    const { module } = lane.slot;
    if (stuck) {
      module.hanging++;
      this.count++;
    }
    lane.channel.onLate = () => {
      lane.channel.onLate = () => undefined;
      lane.channel.end();
      if (!stuck) return;
      module.hanging--;
      this.count--;
    };
  }
}
