/**
 * Fails when an array of bytes that can be reached from a public result is a view into something larger: whoever transfers or looks at
 * its `buffer` would take a neighbour's bytes along (threat model S39). Node pools small Buffers in blocks of 8 KiB.
 *
 * @returns the number of byte arrays found, so that a test can say that there were any
 * @throws Error that names the member
 */
export function expectOwnMemory(value: unknown): number {
  const seen = new Set<object>();
  let count = 0;
  const walk = (one: unknown, path: string): void => {
    if (typeof one !== 'object' || one === null || seen.has(one)) return;
    seen.add(one);
    if (ArrayBuffer.isView(one)) {
      count++;
      if (one.buffer.byteLength !== one.byteLength)
        throw new Error(`${path} is a view of ${one.byteLength} bytes into ${one.buffer.byteLength}`);
      if (Buffer.isBuffer(one)) throw new Error(`${path} is a Buffer, not a plain Uint8Array`);
      return;
    }
    if (one instanceof Map || one instanceof Set) for (const entry of one) walk(entry, `${path} entry`);
    for (const name of Reflect.ownKeys(one)) walk(Reflect.get(one, name), `${path}.${String(name)}`);
  };
  walk(value, 'result');
  return count;
}
