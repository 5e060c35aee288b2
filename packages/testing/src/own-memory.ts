/** Exceptions that an API documents. */
export interface OwnMemoryOptions {
  /**
   * Names of members whose array may be shared by views beside and below them in the same object, where that is documented: the fields of a
   * parsed certificate are views of its `der`. The array itself must have memory of its own.
   */
  readonly shared?: readonly string[];
}

/**
 * Fails when an array of bytes that can be reached from a public result is a view into something larger: whoever transfers or looks at
 * its `buffer` would take a neighbour's bytes along (threat model S39). Node pools small Buffers in blocks of 8 KiB.
 *
 * @returns the number of byte arrays found, so that a test can say that there were any
 * @throws Error that names the member
 */
export function expectOwnMemory(value: unknown, options: OwnMemoryOptions = {}): number {
  const seen = new Set<object>();
  let count = 0;
  const check = (array: ArrayBufferView, path: string, blocks: ReadonlySet<ArrayBufferLike>): void => {
    count++;
    if (Buffer.isBuffer(array)) throw new Error(`${path} is a Buffer, not a plain Uint8Array`);
    const whole = array.buffer.byteLength;
    if (whole !== array.byteLength && !blocks.has(array.buffer))
      throw new Error(`${path} is a view of ${array.byteLength} bytes into ${whole}`);
  };
  const walk = (one: unknown, path: string, outer: ReadonlySet<ArrayBufferLike>): void => {
    if (typeof one !== 'object' || one === null || seen.has(one)) return;
    seen.add(one);
    if (ArrayBuffer.isView(one)) {
      check(one, path, outer);
      return;
    }
    const blocks = new Set(outer);
    for (const name of options.shared ?? []) {
      const block: unknown = Reflect.get(one, name);
      if (ArrayBuffer.isView(block) && block.byteLength === block.buffer.byteLength) blocks.add(block.buffer);
    }
    if (one instanceof Map || one instanceof Set) for (const entry of one) walk(entry, `${path} entry`, blocks);
    for (const name of Reflect.ownKeys(one)) walk(Reflect.get(one, name), `${path}.${String(name)}`, blocks);
  };
  walk(value, 'result', new Set());
  return count;
}
