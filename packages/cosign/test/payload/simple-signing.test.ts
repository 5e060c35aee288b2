import { sha256Hex } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { readPayload, writePayload } from '../../src/index.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const dockerReference = 'registry.example:5000/team/app';

describe('a simple-signing payload', () => {
  it('is byte for byte what cosign generate writes (T1, T2)', () => {
    const plain = writePayload({ dockerReference, digest });
    expect([plain.byteLength, sha256Hex(plain)]).toEqual([
      246,
      '73989f516fe6403836eef8951983039f88ae0f04339411821df4c640c4d20f66',
    ]);
    const annotated = writePayload({ dockerReference, digest, annotations: { build: '42', a: 'x<y' } });
    expect([annotated.byteLength, sha256Hex(annotated)]).toEqual([
      271,
      '3fe596a3a4dd08f34a96c7fee029c42cfa3a4884167e9053b2f1f2be1c7a7ac9',
    ]);
  });

  it('is read back as what was written', () => {
    expect(readPayload(writePayload({ dockerReference, digest, annotations: { a: 'x<y' } }))).toEqual({
      dockerReference,
      digest,
      optional: { a: 'x<y' },
    });
  });
});
