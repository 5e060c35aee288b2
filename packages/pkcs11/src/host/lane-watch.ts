import { type Lane, living } from './lane.js';
import type { TokenSettings } from './options-of.js';
import { lostWorker } from './outcome.js';

/** Looks from time to time, while there is something to see, for lanes that hang and for lanes that nobody needs. */
export class LaneWatch {
  readonly #lanes: ReadonlySet<Lane>;
  readonly #settings: TokenSettings;
  readonly #retire: (lane: Lane) => void;
  #stop: (() => void) | undefined;
  #closed = false;

  constructor(lanes: ReadonlySet<Lane>, settings: TokenSettings, retire: (lane: Lane) => void) {
    this.#lanes = lanes;
    this.#settings = settings;
    this.#retire = retire;
  }

  /** Looks soon, unless that is under way. */
  start(): void {
    if (this.#stop || this.#closed || this.#lanes.size === 0) return;
    const { timers, operationTimeoutMs, idleLaneMs } = this.#settings;
    this.#stop = timers.after(Math.min(operationTimeoutMs, idleLaneMs) / 2, () => {
      this.#stop = undefined;
      this.#look();
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  #look(): void {
    const { timers, operationTimeoutMs, idleLaneMs } = this.#settings;
    const now = timers.now();
    for (const lane of this.#lanes) {
      if ((lane.running > 0 || lane.opening) && now - lane.busySince >= operationTimeoutMs)
        lane.channel.fail(lostWorker('stuck'));
      else if (lane.running === 0 && !lane.opening && now - lane.lastUsed >= idleLaneMs && living(this.#lanes) > 1)
        this.#retire(lane);
    }
    if (living(this.#lanes) > 1 || [...this.#lanes].some((lane) => lane.running > 0 || lane.opening)) this.start();
  }
}
