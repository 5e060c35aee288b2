import { createHash, randomBytes } from 'node:crypto';
import { base64Text, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchSha256,
  bindMetadata,
  decodeMetadata,
  decodePreimage,
  encodeMetadata,
  encodePreimage,
  longestPreimage,
} from '../../src/index.js';
import { type BoundTo, bindingGaps, bindingMismatches } from '../../src/metadata/check-binding.js';

const payload = utf8Bytes('what is signed');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const now = Date.parse('2026-11-21T12:00:00Z');
const source = {
  payload,
  operation: 'sign',
  algorithm: 'ecdsa-sha256',
  keyLabel: 'release',
  spkiSha256: 'e'.repeat(64),
  nonce: Uint8Array.from(randomBytes(16)),
  expiresAt: now + 60_000,
};
const bound: BoundTo = {
  operation: 'sign',
  keyLabel: 'release',
  payloadSha256: sha256(payload),
  payloadKnown: true,
  spkiSha256: 'e'.repeat(64),
  algorithms: ['ecdsa-sha256'],
};

describe('a binding (S3)', () => {
  it('holds what a description is about, and travels in the metadata', () => {
    const payloads = [sha256(payload), sha256('other')];
    const binding = bindMetadata({ ...source, batch: { id: 'release 1.4', payloads } });
    expect(binding).toEqual({
      payloadSha256: sha256(payload),
      operation: 'sign',
      algorithm: 'ecdsa-sha256',
      keyLabel: 'release',
      spkiSha256: 'e'.repeat(64),
      nonce: Buffer.from(source.nonce).toString('hex'),
      expiresAt: '2026-11-21T12:01:00Z',
      batchId: 'release 1.4',
      batchSha256: sha256([...payloads].sort().join('\n')),
      batchPayloads: [...payloads].sort().join('\n'),
    });
    expect(decodeMetadata(encodeMetadata({ facts: {}, claims: {}, binding })).binding).toEqual(binding);
    expect(bindingMismatches(binding, bound)).toEqual([]);
    expect(bindingGaps(binding, bound, now)).toEqual([]);
  });

  it('lists the members of a batch of up to 64, and states the hash of a larger one', () => {
    const of = (size: number) => {
      const payloads = Object.freeze(Array.from({ length: size }, (_, n) => sha256(String(n))));
      // Twice: the second is answered from memory.
      const [, binding] = [1, 2].map(() => bindMetadata({ ...source, batch: { id: 'x', payloads } }));
      expect(binding?.batchSha256).toBe(sha256([...payloads].sort().join('\n')));
      return binding?.batchPayloads?.split('\n').length;
    };
    expect([of(1), of(64), of(65)]).toEqual([1, 64, undefined]);
  });

  it.each([
    ['a nonce of 15 bytes', { nonce: new Uint8Array(15) }],
    ['a nonce as text', { nonce: '00'.repeat(16) }],
    ['a batch of what is no hash', { batch: { id: 'x', payloads: ['A'.repeat(64)] } }],
  ])('is refused with %s', (_, change) => {
    expect(() => bindMetadata({ ...source, ...change } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([
    ['payloadSha256', { payloadSha256: sha256('other') }],
    ['operation', { operation: 'decrypt' }],
    ['keyLabel', { keyLabel: 'other' }],
    ['spkiSha256', { spkiSha256: 'f'.repeat(64) }],
    ['algorithm', { algorithm: 'ecdsa-sha384' }],
  ])('that names another %s fits no more, whatever else it says', (name, change) => {
    expect(bindingMismatches({ ...bindMetadata(source), ...change }, bound)).toEqual([
      `the description is bound to another ${name}`,
    ]);
    expect(bindingMismatches(change, bound)).toHaveLength(1);
  });

  it('to a payload fits nothing that has none', () => {
    const block = { ...bound, operation: 'block', payloadSha256: undefined, payloadKnown: false, algorithms: undefined };
    expect(bindingMismatches({ payloadSha256: sha256('x') }, block)).toHaveLength(1);
    const { payload: _, algorithm: __, ...rest } = source;
    const binding = bindMetadata({ ...rest, operation: 'block' });
    expect([bindingMismatches(binding, block), bindingGaps(binding, block, now)]).toEqual([[], []]);
  });

  it('holds to the second it names and not one millisecond longer', () => {
    const binding = bindMetadata(source);
    expect(bindingGaps(binding, bound, now + 60_000)).toEqual([]);
    expect(bindingGaps(binding, bound, now + 60_001)).toEqual(['claims-expired']);
    expect(bindingGaps({}, bound, now)).toEqual(['no-metadata-binding', 'claims-without-nonce', 'claims-expired']);
  });
});

describe('the hash of a batch', () => {
  const hash = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => sha256(bytes));
  it('is of the set: order is nothing, number is something (property)', () => {
    fc.assert(
      fc.property(fc.array(hash, { minLength: 1, maxLength: 8 }), fc.nat(), (hashes, seed) => {
        const turned = [...hashes.slice(seed % hashes.length), ...hashes.slice(0, seed % hashes.length)];
        expect(batchSha256(turned)).toBe(batchSha256(hashes));
        expect(batchSha256([...hashes, hashes[0] as string])).not.toBe(batchSha256(hashes));
      }),
    );
  });
});

describe('what a digest stands for', () => {
  it('comes back as it was, up to 512 KiB (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodePreimage(encodePreimage(bytes))).toEqual(Uint8Array.from(bytes));
      }),
    );
    const longest = new Uint8Array(longestPreimage).fill(7);
    expect(Buffer.compare(decodePreimage(encodePreimage(longest)), longest)).toBe(0);
    // One of this length still fits into metadata, beside everything else.
    expect(encodeMetadata({ facts: {}, claims: {}, preimage: encodePreimage(longest) }).byteLength).toBeLessThan(1024 * 1024);
  });

  it('is refused beyond, both ways, and when it is no base64', () => {
    const limit = expect.objectContaining({ code: 'ERR_LIMIT' });
    const long = new Uint8Array(longestPreimage + 3);
    expect(() => encodePreimage(long)).toThrow(limit);
    expect(() => decodePreimage(base64Text(long))).toThrow(limit);
    expect(() => decodePreimage('AAA')).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });
});

describe('metadata', () => {
  it.each([
    ['sign', 'Sign'],
    ['decrypt', 'Decrypt'],
    ['unwrap', 'UnWrap'],
    ['block', 'Block'],
    ['unblock', 'UnBlock'],
    ['modify', 'Modify'],
  ])('names the operation as the field does: %s', (operation, type) => {
    const text = Buffer.from(encodeMetadata({ facts: {}, claims: {}, binding: { operation } })).toString();
    expect(JSON.parse(text)).toMatchObject({ type });
  });

  it('of facts, claims and binding comes back, however they are named (property)', () => {
    const name = fc.string({ minLength: 1 });
    const map = fc.dictionary(name, fc.string());
    fc.assert(
      fc.property(map, map, (facts, claims) => {
        const read = decodeMetadata(encodeMetadata({ facts, claims, binding: bindMetadata(source) }));
        expect(read.facts).toEqual({ ...facts });
        expect(read.claims).toEqual({ ...claims });
        expect(read.binding).toEqual(bindMetadata(source));
      }),
    );
  });
});
