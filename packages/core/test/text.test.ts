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
  ])('shows %j as %j', (text, shown) => {
    expect(sanitizeText(text)).toBe(shown);
  });

  it('cuts visibly', () => {
    expect(sanitizeText('x'.repeat(300), 10)).toBe('xxxxxxxxx…');
  });
});
