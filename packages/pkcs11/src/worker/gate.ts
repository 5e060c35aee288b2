/**
 * A word of memory that the main thread shares with a worker: whether the worker is inside native code, and whether it may go there.
 * A thread that Node ends inside the addon crashes the process: from then on every call of Node-API fails, and the addon reads what such
 * a call should have given it. So whoever ends a thread closes its gate first, and waits until the thread has come out.
 */
export type Gate = Int32Array<SharedArrayBuffer>;

const open = 0;
const inside = 1;
/** The worker is inside for the last time. */
const closing = 2;
const closed = 3;

export const createGate = (): Gate => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Worker: before native code. False when the gate is closed: this thread is done. */
export function enter(gate: Gate): boolean {
  return Atomics.compareExchange(gate, 0, open, inside) === open;
}

/** Worker: after native code. False when the gate was closed meanwhile: this thread is done. */
export function leave(gate: Gate): boolean {
  if (Atomics.compareExchange(gate, 0, inside, open) === inside) return true;
  Atomics.store(gate, 0, closed);
  Atomics.notify(gate, 0);
  return false;
}

/** Main thread: nothing enters any more. True when nothing is inside. */
export function close(gate: Gate): boolean {
  for (;;) {
    const state = Atomics.load(gate, 0);
    if (state === closing || state === closed) return state === closed;
    if (Atomics.compareExchange(gate, 0, state, state === inside ? closing : closed) === state) return state === open;
  }
}

/** Main thread: blocks until what is inside a gate that it closed has come out, for at most so many milliseconds. */
export function awaitClosed(gate: Gate, ms: number): void {
  Atomics.wait(gate, 0, closing, Math.max(0, ms));
}
