/**
 * Numbered pieces of bytes in one buffer that can be handed over: how many there are, of each its number and length, and then the pieces. Structured
 * cloning of such numbers as arrays takes several times as long. Words are as the machine stores them: both sides are one process.
 */
const wordBytes = Int32Array.BYTES_PER_ELEMENT;

/** Instead of a length, where a number stands for something that is no bytes. */
const absent = -1;

/** @param ids from 0 to 2^31 - 1, one for each of `pieces` */
export function packPieces(ids: readonly number[], pieces: readonly (Uint8Array | undefined)[]): Uint8Array<ArrayBuffer> {
  const words = 1 + 2 * ids.length;
  let length = words * wordBytes;
  for (const piece of pieces) length += piece?.length ?? 0;
  const bytes = new Uint8Array(length);
  const table = new Int32Array(bytes.buffer, 0, words);
  table[0] = ids.length;
  let at = words * wordBytes;
  let word = 1;
  for (const [index, id] of ids.entries()) {
    const piece = pieces[index];
    table[word++] = id;
    table[word++] = piece ? piece.length : absent;
    if (!piece) continue;
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** @param take gets each piece as it was packed: its number, and where it lies in `bytes`, or nothing where it was none */
export function readPieces(bytes: Uint8Array, take: (id: number, start?: number, end?: number) => void): void {
  const [count = 0] = new Int32Array(bytes.buffer, bytes.byteOffset, 1);
  const words = 1 + 2 * count;
  const table = new Int32Array(bytes.buffer, bytes.byteOffset, words);
  let at = words * wordBytes;
  for (let word = 1; word < words; word += 2) {
    const [id, length] = [table[word]!, table[word + 1]!];
    if (length === absent) {
      take(id);
      continue;
    }
    take(id, at, at + length);
    at += length;
  }
}
