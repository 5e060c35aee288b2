import type { Lane } from './lane.js';

/** Who waits for lanes to answer. */
export class LaneWaits {
  readonly #waiting = new Map<Lane, (() => void)[]>();

  /** Resolves when a lane has nothing in hand. */
  answered(lane: Lane): Promise<void> {
    if (lane.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(lane) ?? [];
      waiting.push(resolve);
      this.#waiting.set(lane, waiting);
    });
  }

  /** A lane has answered something, or will answer nothing any more. */
  tell(lane: Lane): void {
    if (lane.running > 0) return;
    for (const resolve of this.#waiting.get(lane) ?? []) resolve();
    this.#waiting.delete(lane);
  }
}
