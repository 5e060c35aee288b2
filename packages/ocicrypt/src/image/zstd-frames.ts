import { SignError } from '@securosys/core';

/** The largest window in bytes that `zstd` itself unpacks unless it is told to (RFC 8878 §3.1.1.1.2 recommends to have a limit). */
const maxWindow = 128 * 1024 * 1024;

function malformed(why: string): never {
  throw new SignError('ERR_MALFORMED', `a layer is no sound zstd: ${why}`);
}

const littleEndian = (bytes: readonly number[]): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);

/**
 * Follows the frames of a zstd stream (RFC 8878 §3.1) without unpacking them, so that a frame that asks for more memory than any layer needs is refused
 * before somebody reserves it.
 */
export class ZstdFrames {
  #held: number[] = [];
  #needed = 4;
  #skip = 0;
  #then: (held: readonly number[]) => void = (held) => this.#magic(held);
  #checksum = false;

  /** @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` for a window over 128 MiB */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.byteLength - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#held.push(bytes[at++] as number);
      if (this.#held.length < this.#needed) continue;
      const held = this.#held;
      this.#held = [];
      this.#then(held);
    }
  }

  /** @throws SignError `ERR_MALFORMED` in the middle of a frame */
  end(): void {
    if (this.#skip > 0 || this.#held.length > 0 || this.#needed !== 4) malformed('it ends in the middle of a frame');
  }

  #next(needed: number, then: (held: readonly number[]) => void): void {
    this.#needed = needed;
    this.#then = then;
  }

  #magic(held: readonly number[]): void {
    const magic = littleEndian(held);
    if (magic === 0xfd2fb528) this.#next(1, ([descriptor = 0]) => this.#descriptor(descriptor));
    else if (magic >= 0x184d2a50 && magic <= 0x184d2a5f)
      this.#next(4, (size) => {
        this.#skip = littleEndian(size);
        this.#next(4, (next) => this.#magic(next));
      });
    else malformed('no frame begins where one should');
  }

  #descriptor(descriptor: number): void {
    const [single, sizeFlag, dictionary] = [(descriptor & 0x20) !== 0, descriptor >> 6, descriptor & 3];
    if (descriptor & 8) malformed('a reserved bit is set');
    if (dictionary !== 0) malformed('it needs a dictionary');
    this.#checksum = (descriptor & 4) !== 0;
    const sizeBytes = sizeFlag === 0 ? Number(single) : 1 << sizeFlag;
    const rest = Number(!single) + sizeBytes;
    this.#next(rest, (held) => {
      const [exponent = 0] = held;
      const base = 2 ** (10 + (exponent >> 3));
      const window = single ? littleEndian(held) : base + (base / 8) * (exponent & 7);
      if (window > maxWindow)
        throw new SignError('ERR_LIMIT', `a zstd frame of a layer asks for more than ${maxWindow} bytes of memory`);
      this.#next(3, (block) => this.#block(block));
    });
  }

  #block(held: readonly number[]): void {
    const header = littleEndian(held);
    const [last, type, size] = [(header & 1) !== 0, (header >> 1) & 3, header >> 3];
    if (type === 3) malformed('a block is of a reserved type');
    this.#skip = type === 1 ? 1 : size;
    if (last) {
      if (this.#checksum) this.#skip += 4;
      this.#next(4, (next) => this.#magic(next));
    } else {
      this.#next(3, (block) => this.#block(block));
    }
  }
}
