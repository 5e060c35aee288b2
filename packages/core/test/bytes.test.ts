import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Bytes, base64Text, base64urlBytes, base64urlText, hexBytes, hexText, utf8Bytes, utf8Text } from '../src/index.js';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('strict encodings (S20)', () => {
  it('gives back every byte array, in memory of its own (S39)', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        for (const out of [base64Bytes(base64Text(b)), base64urlBytes(base64urlText(b)), hexBytes(hexText(b))]) {
          expect([...out]).toEqual([...b]);
          expect(out.buffer.byteLength).toBe(out.byteLength);
        }
      }),
    );
  });

  it.each(['Zg', 'Zg=', 'Zh==', 'Zm9=', 'Z', 'Zg==\n', ' Zg==', 'Zm-_', 'Z===', '====', 'Zg==Zg=='])(
    'refuses %j as base64',
    (text) => {
      expect(() => base64Bytes(text)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    },
  );

  it.each(['Zg==', 'Zh', 'Zm9', 'Z', 'Zm+/', 'Zg\n', 'Zm9v Zg'])('refuses %j as base64url', (text) => {
    expect(() => base64urlBytes(text)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it.each(['A0', 'a', '0x', 'zz'])('refuses %j as hex', (text) => {
    expect(() => hexBytes(text)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('has one text per value: no second base64 text decodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/]{1,12}={0,2}$/), (text) => {
        let decoded: Uint8Array;
        try {
          decoded = base64Bytes(text);
        } catch {
          return;
        }
        expect(base64Text(decoded)).toBe(text);
      }),
    );
  });

  it('refuses invalid UTF-8, a byte-order mark and lone surrogates', () => {
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf, 0x61]])
      expect(() => utf8Text(Uint8Array.from(bad))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(() => utf8Bytes('\ud800')).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(utf8Text(utf8Bytes('größe 🚢'))).toBe('größe 🚢');
  });
});
