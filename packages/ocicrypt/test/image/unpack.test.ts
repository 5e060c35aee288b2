import { base64Bytes, utf8Bytes } from '@securosys/core';
import { digestOf } from '@securosys/oci';
import { describe, expect, it } from 'vitest';
import { startDiffIdCheck } from '../../src/image/diff-id.js';
import { ZstdFrames } from '../../src/image/zstd-frames.js';

/** Two frames of `zstd` 1.5.4, the first with a checksum, and one between them that is to be skipped. */
const zstd = base64Bytes('KLUv/QRYjQAAUGZyYW1lIG9uZSABAINVCxJg2/swUSpNGAUAAABoZWxsbyi1L/0AWIUAAFBmcmFtZSB0d28gAQClCxI=');
const unpacked = utf8Bytes('frame one '.repeat(40) + 'frame two '.repeat(3));

async function check(bytes: Uint8Array, cut = bytes.byteLength, maxBytes = 1000): Promise<string> {
  const running = await startDiffIdCheck('zstd', digestOf(unpacked), maxBytes);
  try {
    for (let at = 0; at < bytes.byteLength; at += cut) {
      const piece = bytes.slice(at, at + cut);
      await running.write(piece);
      // Threads use the memory of a piece again.
      piece.fill(0xff);
    }
    await running.finish();
    return 'same';
  } catch (error) {
    return String((error as { code?: string }).code);
  } finally {
    running.close();
  }
}

const frames =
  (...bytes: number[]) =>
  () => {
    const running = new ZstdFrames();
    running.write(Uint8Array.from(bytes));
    running.end();
  };
const magic = [0x28, 0xb5, 0x2f, 0xfd];

describe('layers in zstd', () => {
  it('unpack to their diff_id, however they are cut', async () => {
    for (const cut of [1, 2, 3, 7, 40, zstd.byteLength]) expect(await check(zstd, cut), `${cut}`).toBe('same');
  });

  it('that are cut off, go on with something else, or are something else are refused', async () => {
    expect(await check(zstd.slice(0, -1))).toBe('ERR_MALFORMED');
    expect(await check(utf8Bytes('no zstd at all, whatever the media type says'))).toBe('ERR_MALFORMED');
    const second = Buffer.from(zstd).indexOf(Uint8Array.of(0x51, 0x2a, 0x4d, 0x18));
    expect(await check(zstd.slice(0, second))).toBe('ERR_DIGEST_MISMATCH');
    const changed = zstd.slice();
    changed[14] = 0x66;
    expect(await check(changed)).not.toBe('same');
  });

  it('that unpack to more than they may end at the limit', async () => {
    expect(await check(zstd, 5, 100)).toBe('ERR_LIMIT');
  });

  it('that ask for a window that no layer needs are refused before it is reserved', () => {
    expect(frames(...magic, 0x00, 0x90)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    expect(frames(...magic, 0xa0, 0, 0, 0, 0x40)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    // 128 MiB is what `zstd --ultra` asks for.
    expect(frames(...magic, 0x00, 0x88, 0x01, 0, 0)).not.toThrow();
  });

  it('that need a dictionary, set reserved bits or end within a frame are refused', () => {
    for (const bytes of [[0x01], [0x08], [0x00, 0x50], [0x00, 0x50, 0x07, 0, 0], [0x00, 0x50, 0x09, 0, 0]])
      expect(frames(...magic, ...bytes), bytes.join()).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(frames(0x50, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });
});
