import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { verifyAttestation } from '../../src/attestation/verify-attestation.js';
import { real } from './recorded.js';

const zip = readFileSync(join(import.meta.dirname, 'primus-attestation.zip'));
const clock = { now: () => Date.UTC(2025, 9, 18, 21) };
const outcome = (bytes: Uint8Array): Promise<unknown> =>
  verifyAttestation({ zip: bytes }, { roots: [real.root], clock }).then(
    () => 'verified',
    (error: unknown) => (SignError.is(error) ? error.code : error),
  );

describe('a downloaded archive', () => {
  it('that is cut anywhere is malformed', async () => {
    for (let length = 0; length < zip.length; length += 389) expect(await outcome(zip.subarray(0, length))).toBe('ERR_MALFORMED');
  });

  it('with changed bytes is refused, or verifies because they do not matter', async () => {
    const seen = new Set<unknown>();
    for (let at = 0; at < zip.length; at += 61) {
      const changed = Uint8Array.from(zip);
      changed[at] = (zip[at] as number) ^ 0x40;
      seen.add(await outcome(changed));
    }
    for (const one of seen)
      expect([
        'verified',
        'ERR_MALFORMED',
        'ERR_LIMIT',
        'ERR_SIGNATURE_MISMATCH',
        'ERR_CHAIN_INVALID',
        'ERR_NOT_TRUSTED',
      ]).toContain(one);
    expect(seen).toContain('ERR_MALFORMED');
  });

  it('is bytes, and not too many', async () => {
    expect(await outcome('x' as never)).toBe('ERR_INVALID_ARGUMENT');
    expect(await outcome(new Uint8Array(4 * 1024 * 1024 + 1))).toBe('ERR_LIMIT');
  });
});
