import { createHash } from 'node:crypto';
import { utf8Bytes, utf8Text } from '@securosys/core';
import { expectOwnMemory } from '@securosys/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecryptLayerOptions, decryptLayer } from '../../src/cipher/decrypt-layer.js';
import { encryptLayer, encryptWith } from '../../src/cipher/encrypt-layer.js';
import { decodePrivateOptions } from '../../src/cipher/layer-options.js';
import type { LayerPieces } from '../../src/cipher/stream-options.js';
import { cipherDigest, ciphertext, plainDigest, plaintext, privateOptions, publicOptions } from './vectors.js';

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Uint8Array.from(Buffer.concat(parts));
}
const expected = { digest: cipherDigest, size: ciphertext.byteLength };
const decrypt = (source: LayerPieces, options: Partial<DecryptLayerOptions> = {}) =>
  decryptLayer(source, { privateOptions, publicOptions, expected, ...options });
const hexDigest = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('the layer cipher', () => {
  it('a layer of skopeo is decrypted, and its digests are known', async () => {
    const layer = decrypt([ciphertext.subarray(0, 7), new Uint8Array(0), ciphertext.subarray(7)]);
    expect(await collect(layer.pieces)).toEqual(plaintext);
    expect(layer.result()).toEqual({ digest: plainDigest, size: 119, statedDigest: plainDigest });
  });

  it('with the key and nonce of skopeo every byte is what skopeo wrote', async () => {
    const { key, nonce } = decodePrivateOptions(privateOptions);
    const layer = encryptWith([plaintext], {}, (length) => Uint8Array.from(length === 32 ? key : nonce));
    expect(await collect(layer.pieces)).toEqual(ciphertext);
    expect(layer.result()).toEqual({ digest: cipherDigest, size: 119, plainDigest, publicOptions, privateOptions });
  });

  it('any pieces come back, over any cuts', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50 }), async (parts, cut) => {
        const encrypted = encryptLayer(parts);
        const bytes = await collect(encrypted.pieces);
        const { digest, size, ...options } = encrypted.result();
        expect(digest).toBe(hexDigest(bytes));
        const cuts = Array.from({ length: Math.ceil(size / cut) }, (_, i) => bytes.subarray(i * cut, (i + 1) * cut));
        const { privateOptions: secret, publicOptions: open } = options;
        const layer = decryptLayer(cuts, { privateOptions: secret, publicOptions: open, expected: { digest, size } });
        expect(await collect(layer.pieces)).toEqual(Uint8Array.from(Buffer.concat(parts)));
      }),
      { numRuns: 25 },
    );
  });

  it('the same layer twice has two keys and two ciphertexts', async () => {
    const [a, b] = [encryptLayer([plaintext]), encryptLayer([plaintext])];
    expect(await collect(a.pieces)).not.toEqual(await collect(b.pieces));
    expect(a.result().privateOptions).not.toEqual(b.result().privateOptions);
  });

  it('a stated digest that differs is reported and decides nothing: tools compress on the way', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    const stated = utf8Bytes(utf8Text(privateOptions).replace(plainDigest, other));
    const layer = decrypt([ciphertext], { privateOptions: stated });
    expect(await collect(layer.pieces)).toEqual(plaintext);
    expect(layer.result()).toMatchObject({ digest: plainDigest, statedDigest: other });
  });

  it.each([
    ['a flipped byte', Uint8Array.from(ciphertext, (byte, i) => (i === 118 ? byte ^ 1 : byte))],
    ['a truncated layer', ciphertext.slice(0, 118)],
    ['nothing at all', new Uint8Array(0)],
  ])(
    '%s is refused by the MAC even where the descriptor was changed with it, and the last piece never comes',
    async (_, bytes) => {
      const layer = decrypt([bytes], { expected: { digest: hexDigest(bytes), size: bytes.byteLength } });
      const iterator = layer.pieces[Symbol.asyncIterator]();
      await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH', details: { check: 'hmac' } });
      expect(() => layer.result()).toThrow(/not been decrypted/);
    },
  );

  it('a layer that its recipients made anew is not the one of the manifest', async () => {
    const { digest } = { digest: `sha256:${'1'.repeat(64)}` };
    for (const [other, check] of [
      [{ ...expected, digest }, 'digest'],
      [{ ...expected, size: 120 }, 'size'],
    ] as const) {
      const failed = collect(decrypt([ciphertext], { expected: other }).pieces);
      await expect(failed).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH', details: { check } });
    }
  });

  it('an abort ends it with its reason and closes the source', async () => {
    let closed = 0;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(10);
      } finally {
        closed++;
      }
    }
    const reason = new Error('enough');
    for (const start of [encryptLayer, (source: LayerPieces, o: object) => decrypt(source, o)]) {
      const controller = new AbortController();
      const onProgress = (bytes: number) => bytes >= 30 && controller.abort(reason);
      await expect(collect(start(endless(), { signal: controller.signal, onProgress }).pieces)).rejects.toBe(reason);
    }
    expect(closed).toBe(2);
  });

  it('nothing is read before somebody reads', async () => {
    let read = 0;
    function* counted() {
      for (; read < 3; ) {
        read++;
        yield plaintext;
      }
    }
    const iterator = encryptLayer(counted()).pieces[Symbol.asyncIterator]();
    expect(read).toBe(0);
    await iterator.next();
    expect(read).toBe(1);
  });

  it('what it gives out has memory of its own', async () => {
    const layer = encryptLayer([plaintext]);
    for await (const piece of layer.pieces) expectOwnMemory(piece);
    expectOwnMemory(layer.result());
    for await (const piece of decrypt([ciphertext]).pieces) expectOwnMemory(piece);
  });

  it('bytes in place of pieces, unknown options and strange pieces are refused', async () => {
    const refused = { code: 'ERR_INVALID_ARGUMENT' };
    const check = (work: () => unknown) => expect(work).toThrow(expect.objectContaining(refused));
    check(() => encryptLayer(plaintext as never));
    check(() => encryptLayer([], { chunk: 1 } as never));
    check(() => encryptLayer([plaintext]).result());
    await expect(collect(encryptLayer(['text'] as never).pieces)).rejects.toMatchObject(refused);
  });
});
