/** Memory that the threads of one pass share. */
export interface RingMemory {
  /** 32-bit words: whether to stop, and how many slots each stage is through with. */
  readonly control: SharedArrayBuffer;
  /** The slots, one after the other. */
  readonly data: SharedArrayBuffer;
  /** Bytes of one slot. */
  readonly slotBytes: number;
}

/** Stages of one pass at most. */
const maxStages = 8;
const stopped = maxStages;

/** 4 slots of 1 MiB: a thread that is woken for each is woken seldom, and none waits for another for long. */
export function createRing(slots = 4, slotBytes = 1024 * 1024): RingMemory {
  return {
    control: new SharedArrayBuffer((maxStages + 1) * Int32Array.BYTES_PER_ELEMENT),
    data: new SharedArrayBuffer(slots * slotBytes),
    slotBytes,
  };
}

/**
 * A layer going through the threads, slot by slot: each stage works in place on what the stages before it are through with. Only the first stage
 * waits for the last ones, to use a slot again.
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

  /** Waits until a stage is through with so many slots. @returns `false` when the work was stopped instead */
  waitFor(stage: number, slots: number): boolean {
    for (;;) {
      if (Atomics.load(this.#control, stopped) !== 0) return false;
      const done = Atomics.load(this.#control, stage);
      if (done >= slots) return true;
      // `stop` changes no counter, so a wait that began just before it must end by itself.
      Atomics.wait(this.#control, stage, done, 100);
    }
  }

  /** Says that a stage is through with one slot more. */
  advance(stage: number): void {
    Atomics.add(this.#control, stage, 1);
    Atomics.notify(this.#control, stage);
  }

  /** Lets every stage give up at its next slot. */
  stop(): void {
    Atomics.store(this.#control, stopped, 1);
    for (let stage = 0; stage < maxStages; stage++) Atomics.notify(this.#control, stage);
  }
}
