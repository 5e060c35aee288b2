/** Memory that the threads of one pass share. */
export interface RingMemory {
  /** 32-bit words: how many slots each stage is through with, and those below. */
  readonly control: SharedArrayBuffer;
  /** The slots, one after the other. */
  readonly data: SharedArrayBuffer;
  /** Bytes of one slot. */
  readonly slotBytes: number;
  readonly slots: number;
}

/** Stages of one pass at most. */
const maxStages = 8;
/** Not 0: every stage gives up. */
const stopped = maxStages;
/** Changes with each of the others, so that who waits for several of them sleeps on one word. */
const changes = maxStages + 1;
const words = maxStages + 2;

/** So many slots that a stage has to be through with. */
export type RingNeed = readonly [stage: number, slots: number];

/** Of WebAssembly, in bytes: its memory begins where a page of the processor does, which JavaScript can ask of no other. */
const page = 64 * 1024;

/** As much of it as we use: without the types of browsers there are none. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => { readonly buffer: unknown };
};

/** Memory from which whole slots can be written past the system's own (`direct-file.ts`); where there is none of that kind, from which they cannot. */
function alignedMemory(bytes: number): SharedArrayBuffer {
  try {
    const pages = Math.ceil(bytes / page);
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    if (buffer instanceof SharedArrayBuffer) return buffer;
  } catch {
    // Processes that may not reserve much address space.
  }
  return new SharedArrayBuffer(bytes);
}

/** 8 slots of 1 MiB: a thread that is woken for each is woken seldom, and none waits for another for long. */
export function createRing(slots = 8, slotBytes = 1024 * 1024): RingMemory {
  return {
    control: new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT),
    data: alignedMemory(slots * slotBytes),
    slotBytes,
    slots,
  };
}

/**
 * A layer going through the threads, slot by slot. The first stage fills a slot and leaves in it what the target gets; the others look at that. A slot is used
 * again when all are through with it.
 */
export class Ring {
  readonly #control: Int32Array;
  readonly #data: Uint8Array;
  readonly #slotBytes: number;
  readonly slots: number;

  constructor({ control, data, slotBytes, slots }: RingMemory) {
    this.#control = new Int32Array(control);
    this.#data = new Uint8Array(data);
    this.#slotBytes = slotBytes;
    this.slots = slots;
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
   * @returns `false` when the work was stopped instead
   */
  waitFor(needs: readonly RingNeed[]): boolean {
    for (;;) {
      // Read first: whatever changes after this ends the sleep below, or keeps it from beginning.
      const seen = Atomics.load(this.#control, changes);
      if (Atomics.load(this.#control, stopped) !== 0) return false;
      if (needs.every(([stage, slots]) => Atomics.load(this.#control, stage) >= slots)) return true;
      Atomics.wait(this.#control, changes, seen);
    }
  }

  /** Says that a stage is through with one slot more. */
  advance(stage: number): void {
    Atomics.add(this.#control, stage, 1);
    this.#changed();
  }

  /** Lets every stage give up at its next slot. */
  stop(): void {
    Atomics.store(this.#control, stopped, 1);
    this.#changed();
  }

  #changed(): void {
    Atomics.add(this.#control, changes, 1);
    Atomics.notify(this.#control, changes);
  }
}
