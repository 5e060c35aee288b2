import { describe, expect, it } from 'vitest';
import { approverText } from '../src/index.js';

describe('approvers as people read them', () => {
  it('are names without anything that a terminal obeys, and keys by their digests, which differ where the keys begin alike (S11)', () => {
    const keys = [Buffer.alloc(91, 7), Buffer.alloc(91, 7).fill(8, 90)].map((key) => key.toString('base64'));
    const [first, second] = keys.map((key) => approverText([key]));
    expect(first).toMatch(/^key sha256:[0-9a-f]{64}$/);
    expect(first).not.toBe(second);
    expect(approverText(['Ada', 'Ben\nsays yes'])).toBe('Ada, Ben\\u{a}says yes');
  });
});
