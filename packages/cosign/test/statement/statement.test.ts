import { sha256Hex } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { preAuthEncoding, readStatement, writeImageStatement, writeStatement } from '../../src/index.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const inToto = 'application/vnd.in-toto+json';

describe('a statement about an image', () => {
  it('is byte for byte what cosign 3.1.1 writes, also as it is signed (T4)', () => {
    const statement = writeImageStatement(digest);
    const pae = preAuthEncoding(inToto, statement);
    expect([statement.byteLength, pae.byteLength, sha256Hex(pae)]).toEqual([
      230,
      273,
      'a17600548857ec05c6a6b6f32200718516e33c9595092692582d2da2ac62ad47',
    ]);
  });

  it('has the pre-authentication encoding of the reference (T3)', () => {
    const statement = writeStatement({ digest, predicateType: 'https://sigstore.dev/cosign/sign/v1', predicate: {} });
    const pae = preAuthEncoding(inToto, statement);
    expect([statement.byteLength, pae.byteLength, sha256Hex(pae)]).toEqual([
      213,
      256,
      'cc06fe7b0e6205ac2e84b149fd7dc7d5d18afcab2d875569c1b9872ff2761c5b',
    ]);
  });

  it('is read back as what was written', () => {
    expect(readStatement(writeImageStatement(digest, { '10': 'x', '9': '<y>' })).subjects).toEqual([
      { digest: { sha256: 'ab'.repeat(32) }, annotations: { '10': 'x', '9': '<y>' } },
    ]);
  });
});
