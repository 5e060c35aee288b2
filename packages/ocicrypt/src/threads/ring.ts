/** Memory that the threads of one pass share. */
export interface RingMemory {
  /** 32-bit words: how many slots each stage is through with, and those below. */
  readonly control: SharedArrayBuffer;
  /** The slots, one after the other. */
  readonly data: SharedArrayBuffer;
  /** Bytes of one slot. */
  readonly slotBytes: number;
}

/** Stages of one pass at most. */
const maxStages = 8;
/** Slots that are written to the target. */
export const written = maxStages;
/** Not 0 while somebody writes. */
const writing = maxStages + 1;
/** Not 0: every stage gives up. */
const stopped = maxStages + 2;
/** Changes with each of the others, so that who waits for several of them sleeps on one word. */
const changes = maxStages + 3;
const words = maxStages + 4;

/** So many slots that a counter has to reach: of a stage by its number, or {@link written}. */
export type RingNeed = readonly [counter: number, slots: number];

/** 8 slots of 1 MiB: a thread that is woken for each is woken seldom, and none waits for another for long. */
export function createRing(slots = 8, slotBytes = 1024 * 1024): RingMemory {
  return {
    control: new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT),
    data: new SharedArrayBuffer(slots * slotBytes),
    slotBytes,
  };
}

/**
 * A layer going through the threads, slot by slot. The first stage fills a slot and leaves in it what the target gets; the others look at that. Whoever
 * has nothing else to do writes slots. A slot is used again when all are through with it and it is written.
 */
export class Ring {
  readonly #control: Int32Array;
  readonly #data: Uint8Array;
  readonly #slotBytes: number;
  readonly slots: number;

  constructor({ control, data, slotBytes }: RingMemory) {
    this.#control = new Int32Array(control);
    this.#data = new Uint8Array(data);
    this.#slotBytes = slotBytes;
    this.slots = data.byteLength / slotBytes;
  }

  /** Begins a pass. Nobody may be at work. */
  reset(): void {
    this.#control.fill(0);
    this.#data.fill(0);
  }

  /** Bytes `at` and following of the layer, as many as the slot has. */
  slot(index: number, size: number): Uint8Array {
    const start = (index % this.slots) * this.#slotBytes;
    return this.#data.subarray(start, start + Math.min(this.#slotBytes, size - index * this.#slotBytes));
  }

  /** Slots of a layer. */
  count(size: number): number {
    return Math.ceil(size / this.#slotBytes);
  }

  /**
   * Waits until all needs are met.
   * @param meanwhile does something else; `false` when there is nothing to do
   * @returns `false` when the work was stopped instead
   */
  waitFor(needs: readonly RingNeed[], meanwhile: () => boolean): boolean {
    for (;;) {
      // Read first: whatever changes after this ends the sleep below, or keeps it from beginning.
      const seen = Atomics.load(this.#control, changes);
      if (Atomics.load(this.#control, stopped) !== 0) return false;
      if (needs.every(([counter, slots]) => Atomics.load(this.#control, counter) >= slots)) return true;
      if (!meanwhile()) Atomics.wait(this.#control, changes, seen);
    }
  }

  /** Says that a stage is through with one slot more. */
  advance(stage: number): void {
    Atomics.add(this.#control, stage, 1);
    this.#changed();
  }

  /** The next slot to be written, which is the caller's until it says {@link Ring.wrote}; `undefined` when there is none, or somebody writes. */
  takeWrite(): number | undefined {
    if (!this.#someToWrite() || Atomics.compareExchange(this.#control, writing, 0, 1) !== 0) return undefined;
    if (this.#someToWrite()) return Atomics.load(this.#control, written);
    Atomics.store(this.#control, writing, 0);
    return undefined;
  }

  wrote(): void {
    Atomics.add(this.#control, written, 1);
    Atomics.store(this.#control, writing, 0);
    this.#changed();
  }

  /** Lets every stage give up at its next slot. */
  stop(): void {
    Atomics.store(this.#control, stopped, 1);
    this.#changed();
  }

  #someToWrite(): boolean {
    return Atomics.load(this.#control, written) < Atomics.load(this.#control, 0);
  }

  #changed(): void {
    Atomics.add(this.#control, changes, 1);
    Atomics.notify(this.#control, changes);
  }
}
