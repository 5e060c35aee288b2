/** Bytes that are let go of at once. */
const sample = 8 * 1024 * 1024;

/**
 * Lets the C library of this process keep the memory that threads let go of. What each piece of work needs is new memory, which glibc would give back
 * to the system and ask for again page by page: a tenth of the processor time of layers, a twentieth of that of RSA signatures over PKCS#11. It keeps
 * at most twice as much as the largest piece that was ever freed, so a piece of 8 MiB is allocated and freed here, in a message that nobody receives.
 * Other libraries do as they do.
 */
export function keepFreedMemory(): void {
  const { MessageChannel } = process.getBuiltinModule('node:worker_threads');
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(new Uint8Array(sample));
  port1.close();
  port2.close();
}
