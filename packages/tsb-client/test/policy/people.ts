import { concatBytes, hexBytes } from '@securosys/core';

/** A public key of its own for each number: Ed25519, whose every 32 bytes Node reads as a key. */
export function spkiOfPerson(number: number): Uint8Array {
  const key = new Uint8Array(32).fill(number & 0xff);
  key[0] = number >> 8;
  return concatBytes(hexBytes('302a300506032b6570032100'), key);
}
