import type { SlotHost } from './slot-host.js';

/** How long a token that had no more sessions is not asked for more. */
const memoryMs = 60_000;
/** Sessions of a slot that are not for lanes: the anchor and the control worker's own. */
const reserved = 2;

/** How many lanes each slot bears: what its token says, and what it showed when a session was refused. */
export class LaneLimit {
  readonly #shown = new Map<SlotHost, { readonly lanes: number; readonly until: number }>();

  /** `max` for tokens that set no limit. */
  of(slot: SlotHost, max: number, now: number): number {
    const { maxSessionCount } = slot.info;
    // 0 is CK_EFFECTIVELY_INFINITE; all ones, for "unavailable", comes as undefined from the worker or as 32 bits.
    const limited = maxSessionCount !== undefined && maxSessionCount > 0 && maxSessionCount < 0xffffffff;
    const said = limited ? Math.max(1, maxSessionCount - reserved) : max;
    const shown = this.#shown.get(slot);
    return Math.min(max, said, shown && shown.until > now ? shown.lanes : max);
  }

  /** A session beyond `lanes` was refused. */
  refused(slot: SlotHost, lanes: number, now: number): void {
    this.#shown.set(slot, { lanes: Math.max(1, lanes), until: now + memoryMs });
  }
}
