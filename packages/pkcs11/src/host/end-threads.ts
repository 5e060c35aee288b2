import { awaitClosed, close, type Gate } from '../worker/gate.js';

/**
 * How long an ending process waits for calls that are in a module, in milliseconds. Node itself waits for them without a limit; this
 * one is for a thread that died inside.
 */
const patienceMs = 10_000;

const gates = new Set<Gate>();

/** Nothing enters a module any more, and what is in one comes out: then Node may end the threads. */
export function endThreads(): void {
  const until = performance.now() + patienceMs;
  for (const gate of [...gates].filter((one) => !close(one))) awaitClosed(gate, until - performance.now());
}

/** From now on a process that ends, by `process.exit()` too, closes this gate first. Returns what takes that back. */
export function endWithProcess(gate: Gate): () => void {
  if (gates.size === 0) process.on('exit', endThreads);
  gates.add(gate);
  return () => {
    gates.delete(gate);
    if (gates.size === 0) process.off('exit', endThreads);
  };
}
