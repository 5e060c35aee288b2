import { describe, expect, it } from 'vitest';
import { sanitizeText } from '../src/index.js';

describe('foreign text (S11)', () => {
  it.each([
    ['\u001b[2Jcleared', '\\u{1b}[2Jcleared'],
    ['a\r\nb', 'a\\u{d}\\u{a}b'],
    ['abc\u202ecba', 'abc\\u{202e}cba'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\u009b31m', '\\u{9b}31m'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['\ud800', '\\u{fffd}'],
    ['größe 漢字 🚢', 'größe 漢字 🚢'],
    ['مرحبا שלום नमस्ते', 'مرحبا שלום नमस्ते'],
    ['blank\u2800braille', 'blank\\u{2800}braille'],
    ['\u{1d173}beam\u{1d17a}', '\\u{1d173}beam\\u{1d17a}'],
    ['\u{1bca0}\u{1bca3}', '\\u{1bca0}\\u{1bca3}'],
    ['\u0600\u0605\u06dd\u070f\u{110bd}', '\\u{600}\\u{605}\\u{6dd}\\u{70f}\\u{110bd}'],
    ['private \ue000', 'private \\u{e000}'],
    ['unassigned \u{50000}', 'unassigned \\u{50000}'],
  ])('shows %j as %j', (text, shown) => {
    expect(sanitizeText(text)).toBe(shown);
  });

  const blocks = Array.from({ length: 0x110000 >> 12 }, (_, block) =>
    Array.from({ length: 1 << 12 }, (_, at) => String.fromCodePoint((block << 12) + at)).join(' '),
  );

  it('no character of Unicode passes that is a control, rules the direction, or need not be shown', () => {
    const left =
      /[\p{C}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Join_Control}\p{Variation_Selector}\u2800]/u;
    for (const block of blocks) expect(left.exec(sanitizeText(block, Number.POSITIVE_INFINITY))).toBeNull();
  });

  it('letters, digits, punctuation and symbols of every script pass unchanged, but for the few that are blank', () => {
    const blank = new Set(['\u2800', '\ufffc', '\ufffd', '\u{1d159}', '\u{13441}', '\u{13442}', '\u{16fe4}']);
    const ordinary = /[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u;
    for (const block of blocks) {
      const kept = [...block].filter((c) => ordinary.test(c) && !/\p{Default_Ignorable_Code_Point}/u.test(c) && !blank.has(c));
      expect(sanitizeText(kept.join(''), Number.POSITIVE_INFINITY)).toBe(kept.join(''));
    }
  });

  it('cuts visibly', () => {
    expect(sanitizeText('x'.repeat(300), 10)).toBe('xxxxxxxxx…');
  });
});
