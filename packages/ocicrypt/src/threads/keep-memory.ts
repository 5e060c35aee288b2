/** Bytes that are let go of at once. */
const sample = 8 * 1024 * 1024;

/**
 * Lets the C library keep what the threads let go of: each of their outputs is new memory, which glibc would give back to the system and ask for again, page by page, at a tenth
 * of all processor time. It keeps at most twice as much as the largest piece that was ever freed, so a piece is allocated and freed here: a message that nobody receives. Other
 * libraries do as they do.
 */
export function keepFreedMemory(): void {
  const { MessageChannel } = process.getBuiltinModule('node:worker_threads');
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(new Uint8Array(sample));
  port1.close();
  port2.close();
}
