/** Whether this machine stores the least significant byte first. */
function littleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/** A CK_ULONG from its `sizeof(CK_ULONG)` bytes as the machine stores them: 8 on most platforms, 4 on Windows. */
export function ulongFromBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of littleEndian() ? bytes.toReversed() : bytes) value = value * 256n + BigInt(byte);
  return value;
}

/**
 * CK_ULONGs one after the other as the machine stores them, for attributes that hold an array (CKA_ALLOWED_MECHANISMS).
 * @param size `sizeof(CK_ULONG)`: the length of any handle or slot id of the same module
 */
export function ulongBytes(values: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(values.length * size);
  for (const [index, value] of values.entries()) {
    const bytes = out.subarray(index * size, (index + 1) * size);
    for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
    if (!littleEndian()) bytes.reverse();
  }
  return out;
}
